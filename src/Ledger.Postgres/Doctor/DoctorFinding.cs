namespace Ledger.Postgres.Doctor;

/// <summary>Something that <see cref="LedgerDoctor"/> has found.</summary>
/// <param name="Severity">Whether a person has to act.</param>
/// <param name="Check">What it is about.</param>
/// <param name="Subject">The table, index, process, slot, setting or projection.</param>
/// <param name="Message">What is so and what to do, in sentences.</param>
public sealed record DoctorFinding(DoctorSeverity Severity, DoctorCheck Check, string Subject, string Message)
{
    /// <summary>The <see cref="Message"/>.</summary>
    public override string ToString() => Message;
}
