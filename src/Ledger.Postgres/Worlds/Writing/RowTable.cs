using Ledger.Postgres.Log.Importing;
using Npgsql;

namespace Ledger.Postgres.Worlds.Writing;

/// <summary>A table that gets rows by COPY, which begins with the first of them.</summary>
internal sealed class RowTable(NpgsqlConnection connection, string sql, PostgresOptions options) : IDisposable
{
    private readonly RowCopy _rows = new();
    private CopyStream? _copy;

    /// <summary>Adds a row, and sends what has been collected when it is worth a message. No other statement can run until it is completed.</summary>
    public async ValueTask AddAsync(string stream, RowState state, CancellationToken cancellationToken)
    {
        _rows.Add(stream, state);
        if (_rows.Length < CopyStream.Chunk)
        {
            return;
        }

        try
        {
            _copy ??= await CopyStream.BeginAsync(connection, sql, options, cancellationToken).ConfigureAwait(false);
            await _copy.WriteAsync(_rows.Slice(0, null), cancellationToken).ConfigureAwait(false);
            _rows.Clear();
        }
        catch
        {
            await EndAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Adds a row that is sent at the end.</summary>
    public void Keep(string stream, RowState state) => _rows.Add(stream, state);

    /// <summary>Sends the rest.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_rows.Length == 0 && _copy is null)
        {
            return;
        }

        try
        {
            _copy ??= await CopyStream.BeginAsync(connection, sql, options, cancellationToken).ConfigureAwait(false);
            await _copy.WriteAsync(_rows.Slice(0, null), cancellationToken).ConfigureAwait(false);
            await _copy.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await EndAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose() => _rows.Release();

    private async Task EndAsync()
    {
        if (_copy is not null)
        {
            await _copy.DisposeAsync().ConfigureAwait(false);
        }
    }
}
