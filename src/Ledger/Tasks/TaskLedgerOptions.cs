namespace Ledger.Tasks;

/// <summary>Options of a <see cref="TaskLedger"/>.</summary>
public sealed record TaskLedgerOptions
{
    /// <summary>Which changes of a status a save may make: default <see cref="StatusMoves.Any"/>.</summary>
    public StatusMoves StatusMoves { get; init; }
}
