namespace Ledger.Postgres.Roles;

/// <summary>The roles other than the owner.</summary>
internal enum LedgerRole
{
    Reader,
    Auditor,
    Writer,
    MartenWriter,
    Operator,
}
