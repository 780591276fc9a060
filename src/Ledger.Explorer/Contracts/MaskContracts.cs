using System.ComponentModel;
using Ledger.Forgetting;
using Ledger.Log;

namespace Ledger.Explorer.Contracts;

/// <summary>A rule where events have personal data.</summary>
/// <param name="Type">The name of the events.</param>
/// <param name="Path">Where the personal data are.</param>
/// <param name="Subject">Where the events say whose they are.</param>
internal sealed record PersonalDataContract(string Type, string Path, string Subject);

/// <summary>The body of a request that masks: events, a stream, or what rules find about a subject.</summary>
internal sealed record MaskBodyRequest
{
    [Description("Events, by their ids.")]
    public IReadOnlyList<string>? Events { get; init; }

    [Description("All events of this stream, such as run:first.")]
    public string? Stream { get; init; }

    [Description("All that the rules find about this subject: the whole log is read.")]
    public string? Subject { get; init; }

    [Description("Where events have personal data of a subject.")]
    public IReadOnlyList<PersonalDataContract>? Rules { get; init; }

    [Description("Parts of the payload, such as $.data.mail, or of the headers, such as $headers.client_ip. Default: the whole payload.")]
    public IReadOnlyList<string>? Paths { get; init; }

    [Description("Only events of this name.")]
    public string? Type { get; init; }

    [Description("Why. It is written into the log, so it must not repeat what is to be forgotten.")]
    public required string Reason { get; init; }

    [Description("Who asked for it. With a token that is its owner, and else the authenticated user; where there is none, this is recorded as 'claimed: NAME'.")]
    public string? By { get; init; }

    [Description("on: say what would be masked, and mask nothing. Default: off.")]
    public string? DryRun { get; init; }
}

/// <summary>What was masked, or would be.</summary>
/// <param name="DryRun">Whether nothing was masked.</param>
/// <param name="ReadCount">How many events were looked at.</param>
/// <param name="MaskedCount">How many were masked.</param>
/// <param name="UnchangedCount">How many had nothing to mask.</param>
/// <param name="Streams">The streams that they are in.</param>
/// <param name="Masked">The first 1,000 that were masked.</param>
/// <param name="Refused">Those that cannot be masked.</param>
/// <param name="Projections">The application's projections to rebuild.</param>
/// <param name="Archives">Files of retention that may have what was to be masked.</param>
/// <param name="MissingCount">Of a list that is masked again: how many events the log does not have.</param>
internal sealed record MaskContract(
    bool DryRun,
    long ReadCount,
    long MaskedCount,
    long UnchangedCount,
    IReadOnlyList<string> Streams,
    IReadOnlyList<MaskedPayloadContract> Masked,
    IReadOnlyList<MaskRefusalContract> Refused,
    IReadOnlyList<string> Projections,
    IReadOnlyList<string> Archives,
    long? MissingCount = null)
{
    public static MaskContract Of(MaskReport report, bool isDry, bool isAgain = false) => new(
        isDry,
        report.Read,
        report.Masked,
        report.Unchanged,
        report.Streams,
        [.. report.Events.Select(e => new MaskedPayloadContract(e.EventId, e.Stream, e.Version, e.Type))],
        [.. report.Refused.Select(r => new MaskRefusalContract(r.EventId, r.Reason, r.Stream))],
        report.Projections,
        report.Archives,
        isAgain ? report.Missing : null);
}

/// <summary>An event that was masked.</summary>
internal sealed record MaskedPayloadContract(Guid EventId, string Stream, long Version, string Type);

/// <summary>An event that cannot be masked.</summary>
internal sealed record MaskRefusalContract(Guid EventId, string Reason, string? Stream = null);

/// <summary>A line of the list of what was masked, which is masked again after a restore.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">Its place in the stream, from 1.</param>
/// <param name="Paths">Which parts were masked; empty for the whole payload.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who asked for it.</param>
internal sealed record MaskedEventContract(Guid EventId, string Stream, long Version, IReadOnlyList<string> Paths, string Reason, string? By = null)
{
    public static MaskedEventContract Of(EventMasked masked) => new(masked.EventId, masked.Stream, masked.Version, masked.Paths, masked.Reason, masked.By);

    public EventMasked ToEvent() => new(EventId, Stream, Version, Paths, Reason, By);
}

/// <summary>A subject whose key was destroyed.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="HadKey">Whether there was a key; absent in a list.</param>
/// <param name="ForgottenAt">When it was destroyed; in a list.</param>
internal sealed record ForgottenContract(string Subject, bool? HadKey = null, DateTimeOffset? ForgottenAt = null);
