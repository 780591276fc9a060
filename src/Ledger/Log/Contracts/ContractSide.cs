namespace Ledger.Log.Contracts;

/// <summary>Who a change of a contract breaks.</summary>
public enum ContractSide
{
    /// <summary>Programs with the old contract that read events written by the new one.</summary>
    Readers,

    /// <summary>Programs with the old contract that write events, where the new one is enforced; and the new contract's readers of events that are stored.</summary>
    Writers,
}
