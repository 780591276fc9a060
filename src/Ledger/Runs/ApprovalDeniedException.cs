using System.Globalization;

namespace Ledger.Runs;

/// <summary>A call was not made, because it was denied.</summary>
public sealed class ApprovalDeniedException : Exception
{
    internal ApprovalDeniedException(StreamName stream, Approval approval)
        : base(
            $"A call of kind '{approval.Kind}' in '{stream}' was not made: {WhyOf(approval)}. A later decision on '{approval.Id}' takes the place of this one.") =>
        (Stream, Approval) = (stream, approval);

    /// <summary>The stream of the run or branch.</summary>
    public StreamName Stream { get; }

    /// <summary>The request, and who denied it.</summary>
    public Approval Approval { get; }

    private static string WhyOf(Approval approval) => approval.IsExpired
        ? $"it needed approval by {approval.ExpiresAt!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}, and no one decided"
        : $"'{approval.By}' denied it{(approval.Reason is { } reason ? $", because: {reason}" : "")}";
}
