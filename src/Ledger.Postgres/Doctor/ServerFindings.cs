using System.Globalization;

namespace Ledger.Postgres.Doctor;

/// <summary>What the server shows, put into sentences.</summary>
internal static class ServerFindings
{
    private const long DefaultBuffers = 16_384;
    private const long LargeDatabase = 1L << 30;

    public static DoctorFinding Unseen { get; } = new(
        DoctorSeverity.Notice,
        DoctorCheck.Transactions,
        "pg_read_all_stats",
        "This role does not see the transactions of other roles, so that long ones may be missing here. Grant it pg_read_all_stats, or ask as another role.");

    public static DoctorFinding InvalidIndex(string index, string table) => new(
        DoctorSeverity.Problem,
        DoctorCheck.Indexes,
        index,
        $"The index '{index}' of '{table}' is invalid, as after a 'create index concurrently' that failed: no query uses it, and every write pays for it. "
        + $"Run 'reindex index concurrently {index}', or drop it.");

    public static DoctorFinding LongTransaction(int? process, string? prepared, string role, string application, string state, TimeSpan age)
    {
        var who = process is null ? $"The prepared transaction '{prepared}' of '{role}'" : $"Process {process} of '{role}'{(application.Length > 0 ? $" ('{application}')" : "")}";
        return new(
            DoctorSeverity.Problem,
            DoctorCheck.Transactions,
            process?.ToString(CultureInfo.InvariantCulture) ?? prepared!,
            $"{who} has had a transaction open for {Amounts.Of(age)}{(state.Length > 0 && process is not null ? $", now {state}" : "")}. No dead row newer than it can be removed, and readers of the log "
            + "wait below numbers that it holds. "
            + (process is null
                ? $"End it by 'commit prepared' or 'rollback prepared'."
                : $"Find out what it does, or end it by 'select pg_terminate_backend({process})'."));
    }

    public static IEnumerable<DoctorFinding> Slot(string slot, bool isActive, long bytes, string status, DoctorLimits limits)
    {
        if (status is "lost" or "unreserved")
        {
            yield return Problem($"Changes that the replication slot '{slot}' needs are {(status == "lost" ? "gone" : "about to be removed")}: its reader has to be copied from the primary again.");
        }
        else if (status == "unused")
        {
            yield return new(DoctorSeverity.Notice, DoctorCheck.Slots, slot, $"The replication slot '{slot}' has not been used yet.");
        }
        else if (isActive && bytes >= limits.SlotBytes)
        {
            yield return Problem($"What reads from the replication slot '{slot}' lags by {Amounts.OfBytes(bytes)} of changes, which the server keeps for it. Find out what holds it up.");
        }
        else if (!isActive)
        {
            yield return bytes >= limits.SlotBytes
                ? Problem($"Nothing reads from the replication slot '{slot}', and the server keeps {Amounts.OfBytes(bytes)} of changes for it, until its disk is full. "
                    + $"Start its reader, or run \"select pg_drop_replication_slot('{slot}')\".")
                : new(DoctorSeverity.Notice, DoctorCheck.Slots, slot, $"Nothing reads from the replication slot '{slot}'; the server keeps {Amounts.OfBytes(bytes)} of changes for it.");
        }

        DoctorFinding Problem(string message) => new(DoctorSeverity.Problem, DoctorCheck.Slots, slot, message);
    }

    public static IEnumerable<DoctorFinding> Setting(string name, string setting, string shown, long databaseBytes)
    {
        if (Of() is var (severity, sentence))
        {
            yield return new(severity, DoctorCheck.Settings, name, $"The setting '{name}' is '{shown}': {sentence}");
        }

        (DoctorSeverity, string)? Of() => (name, setting) switch
        {
            ("fsync", "off") => (DoctorSeverity.Problem, "a crash of the machine can destroy the database. Switch it on."),
            ("full_page_writes", "off") => (DoctorSeverity.Problem, "a crash of the machine can destroy pages of the database. Switch it on, unless the file system writes whole pages."),
            ("autovacuum", "off") => (DoctorSeverity.Problem, "dead rows stay, and tables grow without end. Switch it on."),
            ("track_counts", "off") => (DoctorSeverity.Problem, "autovacuum does not run without it. Switch it on."),
            ("synchronous_commit", "off") => (DoctorSeverity.Problem, "an append is acknowledged before it is on the disk, so that a crash loses it. Use 'on'."),
            ("synchronous_commit", "local") => (DoctorSeverity.Notice, "an append is acknowledged before a standby has it, so that a failover can lose it. Use 'on' with synchronous_standby_names."),
            ("shared_buffers", _) when long.Parse(setting, CultureInfo.InvariantCulture) <= DefaultBuffers && databaseBytes > LargeDatabase =>
                (DoctorSeverity.Notice, $"that is little for a database of {Amounts.OfBytes(databaseBytes)}. A quarter of the machine's memory is usual."),
            ("idle_in_transaction_session_timeout", "0") =>
                (DoctorSeverity.Notice, "an application that forgets a transaction holds back vacuum and readers of the log without end. Some minutes are usual."),
            _ => null,
        };
    }

    public static IEnumerable<DoctorFinding> Connections(long used, long most)
    {
        if (used > 0.8 * most)
        {
            yield return new(
                DoctorSeverity.Problem,
                DoctorCheck.Connections,
                "max_connections",
                string.Create(CultureInfo.InvariantCulture, $"{used:N0} of {most:N0} connections are in use. Use smaller pools or a pooler, or raise max_connections."));
        }
    }

    public static IEnumerable<DoctorFinding> Wraparound(long age, long most)
    {
        if (age > 2 * most)
        {
            yield return new(
                DoctorSeverity.Problem,
                DoctorCheck.Bloat,
                "datfrozenxid",
                string.Create(CultureInfo.InvariantCulture, $"The oldest row that is not frozen is {age:N0} transactions old; at 2,000,000,000 the server stops. Run 'vacuum freeze', and find what holds it back."));
        }
    }
}
