using System.Text.Json.Nodes;

namespace Ledger.Interop.Conversations;

/// <summary>An answer of a model.</summary>
/// <param name="Text">Its text, or null.</param>
/// <param name="Model">The model, or null for that of the answer before.</param>
/// <param name="CostUsd">Its price, or null.</param>
/// <param name="More">What else the event has.</param>
internal sealed record RecordedAnswer(string? Text, string? Model = null, decimal? CostUsd = null, JsonObject? More = null);
