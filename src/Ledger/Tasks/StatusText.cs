namespace Ledger.Tasks;

/// <summary>The words of statuses and roles in JSON and in the tables.</summary>
internal static class StatusText
{
    public static string Of(CallStatus status) => status switch
    {
        CallStatus.Pending => "pending",
        CallStatus.InProgress => "in_progress",
        CallStatus.Completed => "completed",
        _ => "failed",
    };

    public static CallStatus ReadStatus(string text) => text switch
    {
        "pending" => CallStatus.Pending,
        "in_progress" => CallStatus.InProgress,
        "completed" => CallStatus.Completed,
        _ => CallStatus.Failed,
    };

    public static MessageRole ReadRole(string text) => text switch
    {
        "system" => MessageRole.System,
        "user" => MessageRole.User,
        _ => MessageRole.Assistant,
    };

    /// <summary>Whether a call may go from one status to another where it must not go back.</summary>
    public static bool IsForward(CallStatus from, CallStatus to) =>
        from == to || (from is CallStatus.Pending or CallStatus.InProgress && to is not CallStatus.Pending);
}
