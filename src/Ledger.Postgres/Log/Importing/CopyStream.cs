using Npgsql;

namespace Ledger.Postgres.Log.Importing;

/// <summary>A COPY under way: rows are sent in small parts, and all of it is cancelled if it is not completed.</summary>
internal sealed class CopyStream : IAsyncDisposable
{
    /// <summary>The bytes that are worth a message.</summary>
    public const int Chunk = 64 * 1024;

    private readonly NpgsqlRawCopyStream _stream;
    private readonly TenantCopyTarget? _target;
    private bool _isCompleted;

    private CopyStream(NpgsqlRawCopyStream stream, TenantCopyTarget? target) => (_stream, _target) = (stream, target);

    /// <summary>Begins it.</summary>
    /// <param name="connection">The connection, which can do nothing else until it is disposed.</param>
    /// <param name="sql">The name of the file with the statement.</param>
    /// <param name="options">The schemas and the time-out.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<CopyStream> BeginAsync(NpgsqlConnection connection, string sql, PostgresOptions options, CancellationToken cancellationToken)
    {
        // Npgsql wants the text to begin with the word.
        var text = SqlText.Load(sql, options.Schemas);
        text = text[(text.IndexOf("\ncopy", StringComparison.Ordinal) + 1)..];
        var target = options.Tenancy == Tenancy.Conjoined
            ? await TenantCopyTarget.MakeAsync(connection, text, options, cancellationToken).ConfigureAwait(false)
            : null;
        var stream = await connection.BeginRawBinaryCopyAsync(target?.Copy ?? text, cancellationToken).ConfigureAwait(false);
        stream.WriteTimeout = (int)options.CommandTimeout.TotalMilliseconds;
        stream.ReadTimeout = (int)options.CommandTimeout.TotalMilliseconds;
        var copy = new CopyStream(stream, target);
        try
        {
            await stream.WriteAsync(CopyBuffer.Header, cancellationToken).ConfigureAwait(false);
            return copy;
        }
        catch
        {
            await copy.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends rows.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> rows, CancellationToken cancellationToken)
    {
        for (; !rows.IsEmpty; rows = rows[Math.Min(Chunk, rows.Length)..])
        {
            await _stream.WriteAsync(rows[..Math.Min(Chunk, rows.Length)], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends it: the rows are in the table.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(CopyBuffer.Trailer, cancellationToken).ConfigureAwait(false);
        _isCompleted = true;
        await _stream.DisposeAsync().ConfigureAwait(false);
        if (_target is not null)
        {
            await _target.MoveAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isCompleted)
        {
            return;
        }

        // Disposing alone would end the COPY as if all had been sent.
        try
        {
            await _stream.CancelAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The connection may be gone; the failure that led here says more.
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        await _stream.DisposeAsync().ConfigureAwait(false);
    }
}
