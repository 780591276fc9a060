namespace Ledger.Postgres.Retention;

/// <summary>The kinds of streams that a policy tells apart, by their names.</summary>
public enum RetentionKind
{
    /// <summary>Runs: <c>run:…</c></summary>
    Run,

    /// <summary>Branches: <c>branch:…</c></summary>
    Branch,

    /// <summary>Tasks: <c>task:…</c></summary>
    Task,

    /// <summary>Record stores: <c>chrono:…</c></summary>
    Records,

    /// <summary>Streams of any other name, but those of retention itself.</summary>
    Stream,
}
