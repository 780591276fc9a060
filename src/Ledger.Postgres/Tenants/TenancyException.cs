namespace Ledger.Postgres.Tenants;

/// <summary>A schema has the logs of many tenants where one was expected, or the reverse; or the connection would see more than its tenant. Nothing was read or written.</summary>
public sealed class TenancyException : Exception
{
    internal TenancyException(string message)
        : base(message)
    {
    }

    internal static TenancyException Of(string message) => new(message);

    internal static TenancyException NotYet(string what) => new($"{what} is not for schemas with the logs of many tenants yet. Nothing was changed.");
}
