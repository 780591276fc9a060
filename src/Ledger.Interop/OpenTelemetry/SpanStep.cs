namespace Ledger.Interop.OpenTelemetry;

/// <summary>A beginning or an end of a span, in the order of time.</summary>
/// <param name="Span">The span.</param>
/// <param name="IsEnd">Whether it is the end.</param>
internal readonly record struct SpanStep(SpanEntry Span, bool IsEnd) : IComparable<SpanStep>
{
    private ulong Time => IsEnd ? Span.End : Span.Start;

    // At one time, spans end that began before, then others begin, and those end that took no time; a span begins before its parts and ends after them.
    private int Turn => !IsEnd ? 1 : Span.EndsWithPart ? 3 : Span.End > Span.Start ? 0 : 2;

    /// <inheritdoc/>
    public int CompareTo(SpanStep other)
    {
        var compared = Time.CompareTo(other.Time);
        compared = compared != 0 ? compared : Turn.CompareTo(other.Turn);
        compared = compared != 0 ? compared : IsEnd ? other.Span.Depth.CompareTo(Span.Depth) : Span.Depth.CompareTo(other.Span.Depth);
        compared = compared != 0 ? compared : string.CompareOrdinal(Span.TraceId, other.Span.TraceId);
        return compared != 0 ? compared : string.CompareOrdinal(Span.SpanId, other.Span.SpanId);
    }

    /// <summary>The steps of spans, in order.</summary>
    public static IReadOnlyList<SpanStep> Of(IEnumerable<SpanEntry> spans)
    {
        var steps = spans.SelectMany(span => span.HasEnd ? new[] { new SpanStep(span, false), new SpanStep(span, true) } : [new SpanStep(span, false)]).ToList();
        steps.Sort();
        return steps;
    }
}
