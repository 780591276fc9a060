namespace Ledger.Postgres.Local;

/// <summary>This machine has no PostgreSQL server programs that can be used.</summary>
public sealed class PostgresProgramsNotFoundException : Exception
{
    internal PostgresProgramsNotFoundException(int? majorVersion)
        : base(majorVersion is null
            ? $"No PostgreSQL {PostgresPrograms.OldestMajorVersion} or newer was found on PATH or in '/usr/lib/postgresql/*/bin'. "
                + "Install the server (Debian and Ubuntu: 'apt install postgresql'), or name a running one in LEDGER_POSTGRES."
            : $"The private cluster was made by PostgreSQL {majorVersion}, whose programs were not found on PATH or in '/usr/lib/postgresql/*/bin'. "
                + $"Install them again (Debian and Ubuntu: 'apt install postgresql-{majorVersion}'), or set LEDGER_HOME to another folder.")
    {
        MajorVersion = majorVersion;
    }

    /// <summary>The version that an existing data folder needs; null when any supported one would do.</summary>
    public int? MajorVersion { get; }
}
