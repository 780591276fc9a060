namespace Ledger.Postgres.Doctor;

/// <summary>What a finding of <see cref="LedgerDoctor"/> is about.</summary>
public enum DoctorCheck
{
    /// <summary>The schema: what is missing or different.</summary>
    Schema,

    /// <summary>Indexes that are missing, or invalid after a creation that failed.</summary>
    Indexes,

    /// <summary>Dead rows, and statistics that are missing.</summary>
    Bloat,

    /// <summary>Transactions that have been open for long.</summary>
    Transactions,

    /// <summary>Replication slots that keep changes.</summary>
    Slots,

    /// <summary>Settings of the server.</summary>
    Settings,

    /// <summary>Connections in use.</summary>
    Connections,

    /// <summary>Asynchronous projections that failed, are paused or lag.</summary>
    Projections,
}
