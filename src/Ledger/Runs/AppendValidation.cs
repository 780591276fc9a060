namespace Ledger.Runs;

/// <summary>Which checks the appends of a handle make in addition to the rules of the log.</summary>
public enum AppendValidation
{
    /// <summary>Nothing: the log takes any event, and worlds go past those that cannot be applied.</summary>
    None,

    /// <summary>Whether the world takes the built-in events of objects and relations; see <see cref="Run.AppendValidatedAsync(IReadOnlyList{object}, CancellationToken)"/>.</summary>
    WorldEvents,
}
