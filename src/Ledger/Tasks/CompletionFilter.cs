namespace Ledger.Tasks;

/// <summary>How tasks ended that are wanted.</summary>
/// <remarks>The default value is <see cref="Any"/>.</remarks>
public readonly record struct CompletionFilter
{
    private readonly bool _isActive;

    private CompletionFilter(bool isActive, string? status) => (_isActive, Status) = (isActive, status);

    /// <summary>All tasks.</summary>
    public static CompletionFilter Any => default;

    /// <summary>Those in progress.</summary>
    public static CompletionFilter Active { get; } = new(true, null);

    /// <summary>Whether those in progress are wanted, and no others.</summary>
    public bool IsActive => _isActive;

    /// <summary>The words with which they ended, or null.</summary>
    public string? Status { get; }

    /// <summary>Those that ended with these words.</summary>
    public static CompletionFilter Ended(string status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return new CompletionFilter(false, status);
    }

    /// <summary>Reads the words of Agent OS: <c>null</c> as text means in progress, and nothing means all.</summary>
    public static CompletionFilter Parse(string? text) => text switch
    {
        null => Any,
        "null" => Active,
        _ => Ended(text),
    };

    internal bool Includes(AgentTask task) =>
        _isActive ? task.IsActive : Status is null || string.Equals(Status, task.CompletionStatus, StringComparison.Ordinal);
}
