using System.Runtime.CompilerServices;
using Ledger.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log;

/// <summary>The rows of streams: found, listed, archived.</summary>
internal sealed class StreamTable(StoreContext context)
{
    private const int StreamsPerPage = 1_000;

    public async Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        return await context.Reading.UseAsync<StreamInfo?>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "get_stream").WithText(stream.Value);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? Read(reader) : null;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<StreamInfo> ListStreamsAsync(
        string prefix = "",
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        string? last = null;
        while (true)
        {
            var page = await ListStreamsPageAsync(prefix, last, cancellationToken).ConfigureAwait(false);
            foreach (var stream in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return stream;
            }

            if (page.Count < StreamsPerPage)
            {
                yield break;
            }

            last = page[^1].Name.Value;
        }
    }

    public async Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        context.CheckAmbient("The archiving of a stream");
        await context.Connections.UseAsync(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "archive_stream").WithText(stream.Value);
                await using var __ = command.ConfigureAwait(false);
                if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
                {
                    throw new StreamNotFoundException(stream);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    public static StreamInfo Read(NpgsqlDataReader reader) => new(
        new StreamName(reader.GetString(0)),
        new StreamVersion(reader.GetInt64(1)),
        reader.GetFieldValue<DateTimeOffset>(2),
        reader.GetFieldValue<DateTimeOffset>(3),
        reader.GetBoolean(4) ? StreamState.Archived : StreamState.Open);

    private async Task<List<StreamInfo>> ListStreamsPageAsync(string prefix, string? last, CancellationToken cancellationToken)
    {
        return await context.Reading.UseAsync<List<StreamInfo>>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "list_streams")
                    .WithText(prefix)
                    .WithText(last)
                    .With(StreamsPerPage, NpgsqlDbType.Integer);
                await using var __ = command.ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                var streams = new List<StreamInfo>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    streams.Add(Read(reader));
                }

                return streams;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
