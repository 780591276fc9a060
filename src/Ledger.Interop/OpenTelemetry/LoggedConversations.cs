namespace Ledger.Interop.OpenTelemetry;

/// <summary>The spans of a request by the runs that they go to.</summary>
/// <param name="Runs">The ids of the runs with their spans, in the order of their first spans.</param>
/// <param name="Begun">The traces that a log does not have yet, with the ids of their runs.</param>
/// <param name="LeftOut">How many spans are of traces in which no agent works.</param>
internal sealed record LoggedConversations(IReadOnlyList<(string Name, IReadOnlyList<SpanEntry> Spans)> Runs, IReadOnlyDictionary<string, string> Begun, long LeftOut);
