using Npgsql;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>What one projection does in C# within one transaction: read pending events, lock, evolve, write.</summary>
internal abstract class ProjectionWork(string name)
{
    /// <summary>The projection, as it is measured.</summary>
    public string Name { get; } = name;

    /// <summary>The events that were applied.</summary>
    public int EventCount { get; protected set; }

    /// <summary>Adds the statements that read the events to apply.</summary>
    public abstract void AddReads(NpgsqlBatch batch);

    /// <summary>Reads the results of <see cref="AddReads"/>, of which the first is still to come.</summary>
    public abstract Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken);

    /// <summary>Adds the statements that lock documents, where the streams' locks do not suffice.</summary>
    public virtual void AddLocks(NpgsqlBatch batch)
    {
    }

    /// <summary>Reads the results of <see cref="AddLocks"/>, of which the first is still to come.</summary>
    public virtual Task ReadLockedAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs the application's own commands on the connection.</summary>
    public virtual Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Applies the remaining events, and adds the statements that write the result.</summary>
    public abstract void AddWrites(NpgsqlBatch batch);

    protected static NpgsqlBatchCommand Add(NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }
}
