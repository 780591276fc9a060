using System.Text;
using Ledger.Log;
using Ledger.Seal.Tests.Notes;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Sealing;

/// <summary>Files of proofs are verified without a database; anything changed in one is noticed.</summary>
public sealed class SealFileTests
{
    [Fact]
    public async Task Prove_EachEvent_IsVerifiedByTheKeyAndAnEarlierCheckpoint()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var kept = (await database.Seal.FindCheckpointAsync())!;
        await database.FillAsync(8);
        await database.SignAsync();
        await foreach (var recorded in database.Store.ReadLogAsync())
        {
            var events = new List<ProvedEvent>();
            var proof = (await database.Seal.ProveAsync(recorded.Id, kept)).ToString();

            var verdict = await VerifyAsync(proof, database.Keys, kept, events.Add);

            verdict.Faults.ShouldBeEmpty();
            (verdict.Since, verdict.Events, verdict.Checkpoint!.Size).ShouldBe((43, 1, 52));
            var proved = events.ShouldHaveSingleItem();
            (proved.Entry.Id, proved.Entry.Stream, proved.Entry.Version, proved.Entry.Type).ShouldBe(
                (recorded.Id, recorded.Stream.Value, recorded.Version.Value, recorded.Type));
            Encoding.UTF8.GetBytes(proved.Data!).ShouldBe(recorded.Json.ToArray());
            (recorded.Timestamp - proved.Entry.Timestamp!.Value).ShouldBe(TimeSpan.Zero);
        }
    }

    [Fact]
    public async Task Verify_OtherKeyOrNoWitness_IsRefused()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var note = await database.SignAsync();
        var witness = Witness.Create("witness.example");

        (await VerifyAsync(note.ToString(), [])).Faults.ShouldBe(["The checkpoint of 'example.com/log' is not signed by a key that was given for this log."]);
        (await VerifyAsync(note.ToString(), [NoteKey.Parse(SealKey.Generate("example.com/log").VerifierKey)])).IsValid.ShouldBeFalse();
        (await VerifyAsync(note.ToString(), [.. database.Keys, witness.Key])).Faults.ShouldBe(["The witness 'witness.example' has not cosigned the checkpoint."]);
        var cosigned = note.With([await witness.SignAsync(note.Text, 1)]);
        (await VerifyAsync(cosigned.ToString(), [.. database.Keys, witness.Key])).IsValid.ShouldBeTrue();
    }

    [Theory]
    [InlineData("run:a", 20)]
    [InlineData("branch:first", 5)]
    [InlineData("branch:second", 7)]
    public async Task Run_OfAnyDepth_IsVerifiedWhole(string stream, long events)
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var lines = await BundleAsync(database, stream);
        var proved = new List<ProvedEvent>();

        var verdict = await VerifyAsync(string.Concat(lines), database.Keys, null, proved.Add);

        verdict.Faults.ShouldBeEmpty();
        (verdict.Stream, verdict.Events).ShouldBe((stream, events));
        var history = (await database.Store.GetHistoryAsync(new StreamName(stream)))!;
        var read = new List<Guid>();
        await foreach (var recorded in database.Store.ReadHistoryAsync(history))
        {
            read.Add(recorded.Id);
        }

        proved.Select(p => p.Entry.Id).ShouldBe(read);
    }

    [Fact]
    public async Task Run_LinesLostSwappedOrChanged_IsRefused()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var lines = await BundleAsync(database, "branch:second");
        for (var i = 1; i < lines.Count; i++)
        {
            string[] lost = [.. lines.Where((_, at) => at != i)];
            (await VerifyAsync(string.Concat(lost), database.Keys)).IsValid.ShouldBeFalse($"line {i} lost");
            string[] fewer = [lines[0].Replace("\"events\":7", "\"events\":6", StringComparison.Ordinal), .. lost[1..]];
            if (i < lines.Count - 1)
            {
                (await VerifyAsync(string.Concat(fewer), database.Keys)).IsValid.ShouldBeFalse($"line {i} lost, and the count forged");
                string[] swapped = [.. lines];
                (swapped[i], swapped[i + 1]) = (swapped[i + 1], swapped[i]);
                (await VerifyAsync(string.Concat(swapped), database.Keys)).IsValid.ShouldBeFalse($"line {i} swapped");
            }
        }

        (await VerifyAsync(string.Concat(lines).Replace("kit 0", "kit X", StringComparison.Ordinal), database.Keys)).Faults.ShouldBe(
            ["Event 0: the column 'data' was changed: it does not fit the sealed commitment."]);
        (await VerifyAsync(string.Concat(lines).Replace("\"stream\":\"branch:second\"", "\"stream\":\"run:a\"", StringComparison.Ordinal), database.Keys)).IsValid.ShouldBeFalse();
    }

    [Fact]
    public async Task Proof_AnyCharacterChanged_IsRefusedOrProvesTheSame()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var id = await database.ScalarAsync<Guid>("select id from ledger.mt_events where seq_id = 12");
        var proof = (await database.Seal.ProveAsync(id)).ToString();
        var expected = (await ProvedAsync(proof))!;
        for (var i = 0; i < proof.Length; i++)
        {
            var changed = proof.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            var proved = await ProvedAsync(new string(changed));
            if (proved is not null)
            {
                // A member of the extra data that nothing reads, or its name.
                (proved.Index, proved.Data ?? expected.Data, Convert.ToHexString(proved.Entry.Encode())).ShouldBe(
                    (expected.Index, expected.Data, Convert.ToHexString(expected.Entry.Encode())), $"character {i}");
            }
        }

        async Task<ProvedEvent?> ProvedAsync(string text)
        {
            ProvedEvent? proved = null;
            return (await VerifyAsync(text, database.Keys, null, p => proved = p)).IsValid ? proved : null;
        }
    }

    [Fact]
    public async Task Consistency_SinceAnEarlierCheckpoint_IsVerified()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var kept = await database.SignAsync();
        await database.FillAsync(300);
        await database.SignAsync();
        using var file = new MemoryStream();
        await database.Seal.WriteConsistencyAsync(kept, file);
        var text = Encoding.UTF8.GetString(file.ToArray());

        (await VerifyAsync(text, database.Keys, kept)).ShouldSatisfyAllConditions(v => v.Faults.ShouldBeEmpty(), v => v.Since.ShouldBe(43));
        var other = await SignedNote.SignAsync(new Checkpoint("example.com/log", 43, MerkleTree.EmptyRoot).ToText(), [database.Key]);
        (await VerifyAsync(text, database.Keys, other)).Faults.ShouldBe(["The first 43 events are not those of the earlier checkpoint: the log was rewritten."]);
        var between = await SignedNote.SignAsync(new Checkpoint("example.com/log", 44, MerkleTree.EmptyRoot).ToText(), [database.Key]);
        (await VerifyAsync(text, database.Keys, between)).Faults.ShouldBe(["The file does not say how the log extends the checkpoint at 44. Have it made with '--since'."]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"other\",\"checkpoint\":\"\"}")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n\nlog\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— log AAAAAAAA\n")]
    public async Task Verify_AnotherFile_IsRefused(string text) => (await VerifyAsync(text, [])).IsValid.ShouldBeFalse();

    [Fact]
    public async Task Prove_NotSealedYet_SaysSo()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var appended = await database.Store.AppendAsync(StreamName.Run("new"), ExpectedVersion.Any, [new KitLoaded("x")]);
        appended.ShouldNotBeNull();
        var id = await database.ScalarAsync<Guid>("select id from ledger.mt_events order by seq_id desc limit 1");

        (await Should.ThrowAsync<NotSealedException>(() => database.Seal.ProveAsync(id))).Message.ShouldBe($"No checkpoint has the event '{id}' yet. The next one will.");
        await Should.ThrowAsync<NotSealedException>(() => database.Seal.ProveAsync(Guid.Empty));
        await Should.ThrowAsync<NotSealedException>(() => database.Seal.WriteRunAsync(StreamName.Run("new"), Stream.Null));
        await Should.ThrowAsync<StreamNotFoundException>(() => database.Seal.WriteRunAsync(StreamName.Run("none"), Stream.Null));
    }

    private static async Task<List<string>> BundleAsync(SealDatabase database, string stream)
    {
        using var file = new MemoryStream();
        await database.Seal.WriteRunAsync(new StreamName(stream), file);
        return [.. Encoding.UTF8.GetString(file.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line + "\n")];
    }

    private static async Task<SealVerdict> VerifyAsync(
        string text, IReadOnlyCollection<NoteKey> keys, SignedNote? earlier = null, Action<ProvedEvent>? each = null)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await SealFile.VerifyAsync(file, keys, earlier, each);
    }
}
