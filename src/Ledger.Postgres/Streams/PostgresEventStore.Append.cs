using Ledger.Streams;

namespace Ledger.Postgres.Streams;

public sealed partial class PostgresEventStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<AppendResult>> AppendAsync(
        IReadOnlyList<StreamAppend> appends,
        CancellationToken cancellationToken = default)
    {
        var request = AppendRequest.Create(appends, Registry);
        var answers = await SendAsync(new AppendBatch([request]), cancellationToken).ConfigureAwait(false);
        return answers[0].ResultsOrThrow();
    }

    private async Task<AppendAnswer[]> SendAsync(AppendBatch batch, CancellationToken cancellationToken)
    {
        var lease = await _connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = lease.ConfigureAwait(false);
        var command = Command(lease, "append");
        await using var __ = command.ConfigureAwait(false);
        batch.AddParameters(command, notify: !_connections.IsCallers);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = reader.ConfigureAwait(false);
        return await batch.ReadAnswersAsync(reader, cancellationToken).ConfigureAwait(false);
    }
}
