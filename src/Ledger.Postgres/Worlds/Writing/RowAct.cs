namespace Ledger.Postgres.Worlds.Writing;

/// <summary>What an event does to a world.</summary>
internal enum RowAct
{
    /// <summary>Creates or replaces an object or relation.</summary>
    Create,

    /// <summary>Sets members of an object.</summary>
    Patch,

    /// <summary>Removes an object or relation.</summary>
    Remove,

    /// <summary>Exhausts the budget.</summary>
    Exhaust,
}
