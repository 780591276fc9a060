using System.Globalization;

namespace Ledger.Tasks;

/// <summary>A task or call was changed by another writer since it was read; nothing was written.</summary>
public sealed class StaleUpdateException : Exception
{
    /// <summary>States the expected and the actual time of the last change.</summary>
    /// <param name="owner">The kind of the refused save: <c>task</c> or <c>call</c>.</param>
    /// <param name="id">Its id.</param>
    /// <param name="expected">The time of the change that the caller had seen.</param>
    /// <param name="actual">The time of the last change, or null: it does not exist.</param>
    public StaleUpdateException(string owner, string id, DateTimeOffset expected, DateTimeOffset? actual)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"The {owner} '{id}' {(actual is { } time ? $"was updated at {time.ToUnixTimeMilliseconds()}" : "does not exist")}, but the save expected it as of {expected.ToUnixTimeMilliseconds()}. Nothing was written; read it and decide again."))
    {
        Owner = owner;
        Id = id;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The kind of the refused save: <c>task</c> or <c>call</c>.</summary>
    public string Owner { get; }

    /// <summary>The id of the task or call.</summary>
    public string Id { get; }

    /// <summary>The time of the change that the caller had seen.</summary>
    public DateTimeOffset Expected { get; }

    /// <summary>The time of the last change, or null: it does not exist.</summary>
    public DateTimeOffset? Actual { get; }
}
