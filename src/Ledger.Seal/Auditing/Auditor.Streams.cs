using Npgsql;

namespace Ledger.Seal.Auditing;

/// <content>Whether readers are shown what the log has: a stream ends for them where its row says, and one that retention removes is not there.</content>
internal sealed partial class Auditor
{
    // Of how many streams it is known that something was found or told of them.
    private const int MostNamed = 10_000;

    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    private async Task<bool> CheckStreamsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // What is gone, or came from another stream, was found already.
        var isWhole = _findings == 0;
        await reader.ReadStreamsAsync(connection, row => CheckStream(row, isWhole), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private void CheckStream(StreamRow row, bool isWhole)
    {
        if (_named.Contains(row.Stream))
        {
            return;
        }

        if (row.Run is { } run && _retained.FindSaid(run, row.Stream) is { } said)
        {
            // Hidden, and none of its sealed events is gone: an operator can begin a removal and leave it so.
            if (!_retained.HasCounted(said))
            {
                _named.Add(row.Stream);
                options.OnRetained?.Invoke(said);
            }

            return;
        }

        if (!row.Exists)
        {
            Find(SealFindingKind.Removed, row, row.Last, $"The row of the stream '{row.Stream}' is gone: readers are shown none of its events.");
        }
        else if (row.Run is { } hiding)
        {
            Find(SealFindingKind.CutOff, row, null, $"Readers are shown no more of the stream '{row.Stream}' than if retention {Number(hiding)} removed it, and no event says that it does.");
        }
        else if (row.Version < row.Last)
        {
            Find(
                SealFindingKind.CutOff,
                row,
                row.Version,
                $"The row of the stream '{row.Stream}' ends it at version {Number(row.Version)}, and the log has events up to version {Number(row.Last)}: readers may not be shown what follows.");
        }
        else if (isWhole)
        {
            Find(
                SealFindingKind.CutOff,
                row,
                row.Last,
                $"The row of the stream '{row.Stream}' ends it at version {Number(row.Version)}, and the log has events up to version {Number(row.Last)}: what follows is gone, and was not sealed.");
        }
    }

    private void Find(SealFindingKind kind, StreamRow row, long? version, string message) => Find(new SealFinding(kind, null, null, row.Stream, version, [], message));
}
