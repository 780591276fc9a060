using System.Globalization;
using System.Text;
using Ledger.Log;
using Ledger.Seal.Entries;
using Ledger.Seal.Files;

namespace Ledger.Seal;

/// <summary>Verifies files of proofs without a database: of an event, of a run, of two checkpoints, and checkpoints alone.</summary>
public static class SealFile
{
    private const int MostFaults = 100;

    /// <summary>Verifies a file.</summary>
    /// <remarks>
    /// The file must lead to a checkpoint that a given key of the log has signed, and that every given witness has cosigned. Of a run, the events must be all that
    /// its history has up to the last one, in their order, a branch with the prefix that its first event names. That nothing follows is not proved. Of an archive of
    /// retention (a stream that can seek), the events must follow each other.
    /// </remarks>
    /// <param name="file">The file.</param>
    /// <param name="keys">The keys that are trusted: of the log, and of witnesses.</param>
    /// <param name="earlier">A checkpoint that was kept: the log must extend it; null for none.</param>
    /// <param name="each">Receives each event that is proved; null for no interest.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<SealVerdict> VerifyAsync(
        Stream file,
        IReadOnlyCollection<NoteKey> keys,
        SignedNote? earlier = null,
        Action<ProvedEvent>? each = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(keys);
        var check = new Check(keys, earlier, each);
        try
        {
            using var reader = new StreamReader(
                await ArchiveLines.OpenAsync(file, cancellationToken).ConfigureAwait(false), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false, leaveOpen: true);
            await check.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException fault)
        {
            check.Fail($"The file is damaged: {fault.Message}");
        }
        catch (DecoderFallbackException)
        {
            check.Fail("The file is not text in UTF-8.");
        }
        catch (SealFormatException fault)
        {
            check.Fail(fault.Message);
        }

        return check.Verdict();
    }

    private sealed class Check(IReadOnlyCollection<NoteKey> keys, SignedNote? earlier, Action<ProvedEvent>? each)
    {
        private readonly List<string> _faults = [];
        private readonly List<(string Stream, long Taken)> _prefix = [];
        private IReadOnlyList<NoteKey> _signers = [];
        private Checkpoint? _checkpoint;
        private string? _stream;
        private (string Stream, long Version) _last;
        private SealFork? _fork;
        private long? _since;
        private long _events;
        private long _dataNotShown;
        private long _binaryNotShown;
        private long _headersNotShown;

        public void Fail(string fault)
        {
            if (_faults.Count < MostFaults)
            {
                _faults.Add(fault);
            }
        }

        public SealVerdict Verdict() => new(_checkpoint, _signers, _stream, _events, _dataNotShown, _binaryNotShown, _headersNotShown, _since, _faults);

        public async Task ReadAsync(StreamReader reader, CancellationToken cancellationToken)
        {
            var first = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) ?? throw new SealFormatException("The file is empty.");
            if (ArchiveLines.IsHeader(first))
            {
                await ReadArchiveAsync(first, reader, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (first.StartsWith('{'))
            {
                await ReadBundleAsync(first, reader, cancellationToken).ConfigureAwait(false);
                return;
            }

            var text = $"{first}\n{await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false)}";
            if (first != InclusionProof.FirstLine)
            {
                Trust(SignedNote.Parse(text), null, null);
                return;
            }

            var proof = InclusionProof.Parse(text);
            var sealedEvent = SealFileContext.Read(proof.Extra.Span, SealFileContext.Default.SealedEventJson);
            Trust(proof.Checkpoint, sealedEvent.Since, sealedEvent.Consistency);
            Prove(sealedEvent with { Index = proof.Index, Proof = proof.Hashes });
        }

        private async Task ReadBundleAsync(string first, StreamReader reader, CancellationToken cancellationToken)
        {
            var bundle = SealFileContext.Read(Encoding.UTF8.GetBytes(first), SealFileContext.Default.BundleJson);
            if (bundle.Format != BundleJson.Version1)
            {
                throw new SealFormatException($"The file has the format '{bundle.Format}', and this program reads '{BundleJson.Version1}'. Use a newer one.");
            }

            _stream = bundle.Stream;
            if (bundle.Checkpoint is null)
            {
                throw new SealFormatException("The file has no checkpoint.");
            }

            Trust(SignedNote.Parse(bundle.Checkpoint), bundle.Since, bundle.Consistency);
            var lines = 0L;
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                try
                {
                    var sealedEvent = SealFileContext.Read(Encoding.UTF8.GetBytes(line), SealFileContext.Default.SealedEventJson);
                    Follow(SealEntry.Decode(sealedEvent.Entry), sealedEvent.Data);
                    Prove(sealedEvent);
                }
                catch (SealFormatException fault)
                {
                    Fail($"Event {Number(lines)}: {fault.Message.TrimEnd('.')}.");
                }

                lines++;
            }

            if (lines != bundle.Events)
            {
                Fail($"The file should have {Number(bundle.Events)} events, and has {Number(lines)}.");
            }

            if (_stream is not null)
            {
                CheckPrefix(lines);
            }
        }

        // An archive of retention: the columns of the events themselves, with the salts of their leaves.
        private async Task ReadArchiveAsync(string first, StreamReader reader, CancellationToken cancellationToken)
        {
            var (stream, note, version) = ArchiveLines.ReadHeader(first);
            _stream = stream;
            Trust(SignedNote.Parse(note), null, null);
            var (lines, ended) = (0L, false);
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line && !ended)
            {
                try
                {
                    if (ended = ArchiveLines.IsEnd(line, lines))
                    {
                        continue;
                    }

                    lines++;
                    if (ArchiveLines.Read(line) is { } archived)
                    {
                        Prove(archived);
                        version = SealEntry.Decode(archived.Entry) is var entry && entry.Stream == stream && entry.Version == version
                            ? version + 1
                            : throw new SealFormatException($"version {Number(entry.Version)} of '{entry.Stream}' does not follow; events are missing or in another order");
                    }
                }
                catch (SealFormatException fault)
                {
                    Fail($"Line {Number(lines)}: {fault.Message.TrimEnd('.')}.");
                }
            }

            if (!ended)
            {
                Fail("The archive is not complete: its last line is missing.");
            }
        }

        private void Trust(SignedNote note, long? since, IReadOnlyList<byte[]>? consistency)
        {
            _checkpoint = Checkpoint.Of(note);
            _signers = note.FindSigners(keys);
            if (!_signers.Any(k => !k.IsWitness && k.Name == _checkpoint.Origin))
            {
                Fail($"The checkpoint of '{_checkpoint.Origin}' is not signed by a key that was given for this log.");
            }

            foreach (var witness in keys.Where(k => k.IsWitness && !_signers.Contains(k)))
            {
                Fail($"The witness '{witness.Name}' has not cosigned the checkpoint.");
            }

            if (earlier is null)
            {
                return;
            }

            var before = Checkpoint.Of(earlier);
            if (before.Origin != _checkpoint.Origin || !earlier.FindSigners(keys).Any(k => !k.IsWitness && k.Name == before.Origin))
            {
                Fail("The earlier checkpoint is of another log, or is not signed by a key that was given for this one.");
            }
            else if (before.Size > _checkpoint.Size)
            {
                Fail($"The log had {Number(before.Size)} events at the earlier checkpoint and has {Number(_checkpoint.Size)} here: it was cut off, or restored from an older "
                    + "backup, or the file is older.");
            }
            else if (before.Size < _checkpoint.Size && since != before.Size)
            {
                Fail($"The file does not say how the log extends the checkpoint at {Number(before.Size)}. Have it made with '--since'.");
            }
            else if (!MerkleTree.Extends(before.Size, _checkpoint.Size, before.Root.Span, _checkpoint.Root.Span, before.Size == _checkpoint.Size ? [] : consistency ?? []))
            {
                Fail($"The first {Number(before.Size)} events are not those of the earlier checkpoint: the log was rewritten.");
            }
            else
            {
                _since = before.Size;
            }
        }

        /// <summary>Checks an event.</summary>
        private void Prove(SealedEventJson sealedEvent)
        {
            var leaf = MerkleTree.HashLeaf(sealedEvent.Entry);
            if (!MerkleTree.Includes(sealedEvent.Index, _checkpoint!.Size, leaf, sealedEvent.Proof ?? [], _checkpoint.Root.Span))
            {
                throw new SealFormatException("it is not in the log that the checkpoint is of");
            }

            var proved = sealedEvent.Open();
            _events++;
            _dataNotShown += proved.NotShown.Contains("data") ? 1 : 0;
            _binaryNotShown += proved.NotShown.Contains("bdata") ? 1 : 0;
            _headersNotShown += proved.NotShown.Contains("headers") ? 1 : 0;
            each?.Invoke(proved);
        }

        /// <summary>Checks that an event of a run is the next one of its history.</summary>
        private void Follow(SealEntry entry, string? data)
        {
            var (stream, version) = (entry.Stream ?? "", entry.Version);
            var follows = stream == _last.Stream ? version == _last.Version + 1 : version == 1;
            if (stream != _last.Stream && _last.Version > 0)
            {
                follows &= _last.Stream != _stream;
                _prefix.Add(_last);
            }

            _last = (stream, version);
            if (stream == _stream && version == 1)
            {
                _fork = entry.Fork ?? (entry.ForkHash.IsEmpty ? null : OpenFork(entry, data));
            }

            if (!follows)
            {
                throw new SealFormatException($"version {Number(version)} of '{stream}' does not follow; events are missing or in another order");
            }
        }

        // A prefix that is too long for an entry is there as a hash, and its text in the payload.
        private static SealFork OpenFork(SealEntry entry, string? data) =>
            data is null ? throw new SealFormatException("its payload is withheld or erased, without which the prefix of the branch is not known")
            : EventColumns.FindFork(Encoding.UTF8.GetBytes(data), entry.Type, entry.Stream) is { } fork && EntryWriter.HashFork(fork).AsSpan().SequenceEqual(entry.ForkHash.Span) ? fork
            : throw new SealFormatException("the prefix of the branch was changed: it does not fit the sealed hash");

        private void CheckPrefix(long lines)
        {
            IEnumerable<LineageSegment> expected = _fork?.Segments ?? [];
            if (lines == 0)
            {
                Fail($"The file has no events of '{_stream}'.");
            }
            else if (_last.Stream != _stream || !expected.Select(s => (s.Stream, s.Taken)).SequenceEqual(_prefix))
            {
                Fail($"The events are not the history of '{_stream}': the prefix is not the one that its first event names.");
            }
        }

        private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
