namespace Ledger.Tasks;

/// <summary>A save would have moved a status back, and <see cref="StatusMoves.Forward"/> is asked for; nothing was written.</summary>
public sealed class StatusMoveException : Exception
{
    /// <summary>States the refused move.</summary>
    /// <param name="owner">The kind of the refused save: <c>task</c> or <c>call</c>.</param>
    /// <param name="id">Its id.</param>
    /// <param name="from">The status that it has.</param>
    /// <param name="to">The requested status; null for a task in progress.</param>
    public StatusMoveException(string owner, string id, string from, string? to)
        : base($"The {owner} '{id}' is '{from}' and cannot become {(to is null ? "active again" : $"'{to}'")}, because statuses move forward only. "
            + "Nothing was written.")
    {
        Owner = owner;
        Id = id;
        From = from;
        To = to;
    }

    /// <summary>The kind of the refused save: <c>task</c> or <c>call</c>.</summary>
    public string Owner { get; }

    /// <summary>The id of the task or call.</summary>
    public string Id { get; }

    /// <summary>The status that it has.</summary>
    public string From { get; }

    /// <summary>The requested status; null for a task in progress.</summary>
    public string? To { get; }
}
