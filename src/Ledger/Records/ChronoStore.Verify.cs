namespace Ledger.Records;

/// <content>Verifying.</content>
public sealed partial class ChronoStore
{
    // Fewer events are not worth a second connection.
    private const long LeastPartEvents = 20_000;

    /// <summary>Verifies that every event has the hash of its text and links to the event before, up to the stored head.</summary>
    public Task<ChainVerdict> VerifyChainAsync(CancellationToken cancellationToken = default) =>
        VerifyChainAsync(new ChronoVerification(), cancellationToken);

    /// <summary>Verifies the chain and, as requested, a head and the rows.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>An event that was changed, or is missing, duplicated or out of order, breaks the chain.</item>
    /// <item>So does an end of the chain that is not the stored head: events were cut off, or the store was emptied.</item>
    /// <item>An attacker who recomputes all hashes can also change the stored head. Only a head stored elsewhere reveals that; it is the
    /// warning <c>head_differs</c>.</item>
    /// <item>An event whose text was masked keeps its hash, which is then not checked: the state is <see cref="ChainState.Erased"/>, never <see cref="ChainState.Valid"/>. Without an
    /// event <c>event.masked</c> about it in the log the chain is broken.</item>
    /// <item>A row that differs from the log is the warning <c>row_differs</c>; a record whose history differs from the log is
    /// <c>history_differs</c>.</item>
    /// </list>
    /// It works in pages, in parallel and without parsing, and does not block writers. Archived events are verified too.
    /// </remarks>
    public async Task<ChainVerdict> VerifyChainAsync(ChronoVerification verification, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(verification);
        while (true)
        {
            var place = await PlaceAsync(cancellationToken).ConfigureAwait(false);
            var verdict = await VerifyAsync(place, verification, cancellationToken).ConfigureAwait(false);
            var now = await _session.GetPlaceAsync(cancellationToken).ConfigureAwait(false);
            if (now.ArchivedTo == place.ArchivedTo)
            {
                return verdict;
            }

            // A compaction removed events meanwhile.
        }
    }

    private async Task<ChainVerdict> VerifyAsync(ChronoPlace place, ChronoVerification verification, CancellationToken cancellationToken)
    {
        var parts = (int)Math.Clamp(place.Version / LeastPartEvents, 1, Environment.ProcessorCount);
        var starts = Enumerable.Range(0, parts).Select(i => 1 + (i * place.Version / parts)).Append(place.Version + 1).ToArray();
        var verified = await Task.WhenAll(Enumerable.Range(0, parts).Select(
            i => Task.Run(() => VerifyPartAsync(starts[i], starts[i + 1] - 1, cancellationToken), cancellationToken))).ConfigureAwait(false);
        var first = await FindStateAsync(cancellationToken).ConfigureAwait(false);
        var last = verified.LastOrDefault(v => v.Head.Seq > 0)?.Head ?? default;
        var broken = verified.Select(v => v.FirstBroken).FirstOrDefault(b => b is not null);
        var warnings = new List<ChainWarning>();
        if (broken is null && last != place.Head)
        {
            if (first is not null && ChainHead.Unchecked(first.Seq, first.Hash) == place.Head)
            {
                warnings.Add(new ChainWarning("snapshot_ahead", first.Seq,
                    $"The store is at seq {first.Seq}, that of an imported snapshot, but its events end at seq {last.Seq}."));
            }
            else
            {
                broken = EndOf(last, place.Head);
            }
        }

        if (verification.Expected is { Seq: > 0 } expected
            && await CheckHeadAsync(expected, place, first, broken, cancellationToken).ConfigureAwait(false) is { } differs)
        {
            warnings.Add(new ChainWarning("head_differs", expected.Seq, differs));
        }

        if (verification.Deep)
        {
            warnings.AddRange(await new RowComparison(_session).RunAsync(place, cancellationToken).ConfigureAwait(false));
        }

        return new ChainVerdict(verified.Sum(v => v.Events), broken, place.Hash, warnings)
        {
            Erased = [.. verified.SelectMany(v => v.Erased).Take(ChainVerdict.MostErased)],
            ErasedCount = verified.Sum(v => v.ErasedCount),
        };
    }

    private static ChainBreak EndOf(ChainHead last, ChainHead kept)
    {
        var end = last.Seq == 0 ? "is empty" : $"ends at seq {last.Seq} with the hash '{last.Hash}'";
        return new ChainBreak(null, Math.Min(last.Seq, kept.Seq) + (last.Seq == kept.Seq ? 0 : 1),
            $"The chain {end}, but the stored head is seq {kept.Seq} with the hash '{kept.Hash}'."
            + " Events were cut off or added by hand, or the head was changed.");
    }

    private async Task<ChainVerifier> VerifyPartAsync(long from, long to, CancellationToken cancellationToken)
    {
        var verifier = new ChainVerifier(await HeadBeforeAsync(from, cancellationToken).ConfigureAwait(false));
        await _session.VerifyAsync(from, to, verifier, cancellationToken).ConfigureAwait(false);
        verifier.Complete();
        return verifier;
    }

    // The expected end of the preceding part; that part's own check verifies it.
    private async Task<ChainHead> HeadBeforeAsync(long version, CancellationToken cancellationToken)
    {
        for (var to = version - 1; to > 0; to -= 100)
        {
            ChainHead? last = null;
            var before = _session.ReadEventsAsync(Math.Max(1, to - 99), to, cancellationToken);
            await foreach (var recorded in before.ConfigureAwait(false))
            {
                last = LogEntry.Of(recorded).Event is { } walEvent ? ChainHead.Unchecked(walEvent.Seq, walEvent.Hash) : last;
            }

            if (last is { } found)
            {
                return found;
            }
        }

        return default;
    }

    private async Task<StateMark?> FindStateAsync(CancellationToken cancellationToken)
    {
        await foreach (var recorded in _session.ReadEventsAsync(1, long.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            return LogEntry.Of(recorded).State;
        }

        return null;
    }

    private async Task<string?> CheckHeadAsync(
        ChainHead expected,
        ChronoPlace place,
        StateMark? first,
        ChainBreak? broken,
        CancellationToken cancellationToken)
    {
        if (broken is not { Seq: { } seq } || seq > expected.Seq)
        {
            if (place.Seq < expected.Seq)
            {
                return $"The chain ends at seq {place.Seq}, but seq {expected.Seq} is expected. Events were cut off.";
            }

            if (first?.Seq == expected.Seq)
            {
                return first.Hash == expected.Hash ? null : Differs(expected, first.Hash);
            }

            await foreach (var walEvent in ReplayAsync(expected.Seq, cancellationToken).ConfigureAwait(false))
            {
                return walEvent.Seq == expected.Seq
                    ? walEvent.Hash == expected.Hash ? null : Differs(expected, walEvent.Hash)
                    : CompactionProof.Of(walEvent)?.ContinuesHash == expected.Hash && walEvent.Seq == expected.Seq + 1 ? null
                    : $"The log begins at seq {walEvent.Seq}and cannot show whether seq {expected.Seq} had the hash '{expected.Hash}'.";
            }
        }

        return $"The chain is broken before seq {expected.Seq}.";
    }

    private static string Differs(ChainHead expected, string found) =>
        $"The event with seq {expected.Seq} has the hash '{found}', but '{expected.Hash}' is expected.";
}
