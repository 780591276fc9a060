using Npgsql;

namespace Ledger.Wolverine.Tests.Handling;

public sealed record WriteRow(string RunId, string Body, string? Failure = null);

/// <summary>Writes a row of its own beside the event.</summary>
public static class RowHandler
{
    public static async Task<KitLoaded> HandleAsync(
        WriteRow command,
        World world,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand("insert into note (id, body) values ($1, $2)", transaction.Connection, transaction)
        {
            Parameters = { new() { Value = command.RunId }, new() { Value = command.Body } },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken);
        return command.Failure is null
            ? new KitLoaded($"{command.Body} at {world.Position}")
            : throw new NotSupportedException(command.Failure);
    }
}
