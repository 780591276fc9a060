using System.Text.Json;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>What is kept of a span until its run is read: where it stands, and what decides its order and its causes.</summary>
/// <param name="traceId">The trace.</param>
/// <param name="spanId">Its id in the trace.</param>
/// <param name="parentId">The id of its parent, or null.</param>
/// <param name="offset">Where its JSON begins in the text.</param>
/// <param name="length">The length of its JSON.</param>
/// <param name="resource">The id of its resource and scope.</param>
internal sealed class SpanEntry(string traceId, string spanId, string? parentId, long offset, int length, string resource)
{
    /// <summary>The trace.</summary>
    public string TraceId => traceId;

    /// <summary>Its id in the trace.</summary>
    public string SpanId => spanId;

    /// <summary>The id of its parent, or null.</summary>
    public string? ParentId => parentId;

    /// <summary>Where its JSON begins in the text.</summary>
    public long Offset => offset;

    /// <summary>The length of its JSON.</summary>
    public int Length => length;

    /// <summary>The id of its resource and scope.</summary>
    public string Resource => resource;

    /// <summary>What it stands for.</summary>
    public SpanRole Role { get; init; }

    /// <summary>When it began, in nanoseconds since 1970; 0 where it does not say.</summary>
    public ulong Start { get; set; }

    /// <summary>When it ended, in nanoseconds since 1970; not before it began.</summary>
    public ulong End { get; set; }

    /// <summary>The conversation that it belongs to, by itself or by a span that it is part of.</summary>
    public string? Conversation { get; set; }

    /// <summary>The agent that it names, or null.</summary>
    public string? Agent { get; init; }

    /// <summary>The agent that it or the nearest span around it names, or null.</summary>
    public string? Actor { get; set; }

    /// <summary>The operation, such as <c>chat</c>; null without one.</summary>
    public string? Operation { get; init; }

    /// <summary>The calls of tools that an answer asks for, or the one that a call of a tool is.</summary>
    public IReadOnlyList<string> Calls { get; init; } = [];

    /// <summary>The calls whose results a request has, if the index keeps them.</summary>
    public IReadOnlyList<ToldCall> Told { get; init; } = [];

    /// <summary>The span itself, if the index keeps it: of a request, which is in memory.</summary>
    public JsonElement? Json { get; init; }

    /// <summary>What the index has read of it, if it keeps that.</summary>
    public (Fields Attributes, GenAiContent? Content)? Read { private get; set; }

    /// <summary>The tool that was called, of a call.</summary>
    public string? Tool { get; init; }

    /// <summary>The span that it is part of, as far as that is known.</summary>
    public SpanEntry? Parent { get; set; }

    /// <summary>The id of the span that it is part of, where that is not in the file; null for none.</summary>
    public string? AbsentParent { get; set; }

    /// <summary>What the parent's events are named by, or null.</summary>
    public string? Around => Parent?.EventId ?? AbsentParent;

    /// <summary>The number of spans that it is part of.</summary>
    public int Depth { get; set; }

    /// <summary>Whether a part of it that took no time began when it ended.</summary>
    public bool EndsWithPart { get; set; }

    /// <summary>The id of its first event.</summary>
    public string EventId { get; set; } = "";

    /// <summary>Whether its first event is not named by its id, so that parts of it that came before do not find it.</summary>
    public bool NeedsName { get; set; }

    /// <summary>Whether it has an event at its end.</summary>
    public bool HasEnd => Role is SpanRole.Model or SpanRole.Tool or SpanRole.Agent;

    /// <summary>Takes what the index has read of it, once: events are made of it.</summary>
    public (Fields Attributes, GenAiContent? Content)? TakeRead()
    {
        var read = Read;
        Read = null;
        return read;
    }
}
