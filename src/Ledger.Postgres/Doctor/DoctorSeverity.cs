namespace Ledger.Postgres.Doctor;

/// <summary>Whether a person has to act.</summary>
public enum DoctorSeverity
{
    /// <summary>Worth knowing; nothing breaks.</summary>
    Notice,

    /// <summary>It needs a person: data is at risk, something stands still, or it becomes slower and slower.</summary>
    Problem,
}
