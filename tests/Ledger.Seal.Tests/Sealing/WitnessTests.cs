using System.Net;
using System.Text;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Seal.Tests.Notes;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Sealing;

/// <summary>Witnesses are asked over HTTP as https://c2sp.org/tlog-witness says.</summary>
public sealed class WitnessTests
{
    private static readonly Uri Address = new("https://witness.example/w1");

    [Fact]
    public async Task Cosign_ALogThatGrows_IsExtendedEachTime()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var server = new WitnessServer(database.Keys.Single());
        using var client = new HttpClient(server);
        var witness = new CheckpointWitness(client, Address, [server.Witness.Key]);

        (await database.Seal.CosignAsync(witness)).FindSigners([server.Witness.Key, .. database.Keys]).Count.ShouldBe(2);
        (await database.Seal.CosignAsync(witness)).FindSigners([server.Witness.Key]).Count.ShouldBe(1);
        server.Answers.ShouldBe(["200 of old 0"]);

        // It says which size it has seen, and gets the proof from there.
        await database.FillAsync(9);
        await database.SignAsync();
        var note = await database.Seal.CosignAsync(witness);
        server.Answers.ShouldBe(["200 of old 0", "409 of old 0", "200 of old 43"]);
        (await database.Seal.FindCheckpointAsync())!.ToString().ShouldBe(note.ToString());
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(note.ToString()));
        (await SealFile.VerifyAsync(file, [server.Witness.Key, .. database.Keys])).IsValid.ShouldBeTrue();

        // A log that was restored from an older backup, or rewritten, is not cosigned.
        await database.ForgeAsync("delete from ledger.seal_checkpoint; delete from ledger.seal_leaf; delete from ledger.seal_tile; update ledger.seal_head set size = 0, seq = 0");
        await database.SignAsync();
        (await Should.ThrowAsync<SealBrokenException>(() => database.Seal.CosignAsync(witness))).Message.ShouldEndWith("has cosigned another checkpoint of 53 events: the log was rewritten.");
        await database.ForgeAsync("delete from ledger.mt_events where seq_id > 30; delete from ledger.seal_checkpoint; delete from ledger.seal_leaf; delete from ledger.seal_tile; update ledger.seal_head set size = 0, seq = 0");
        await database.SignAsync();
        (await Should.ThrowAsync<SealBrokenException>(() => database.Seal.CosignAsync(witness))).Message.ShouldContain("and the newest one of the log has 30: the log was cut off");
    }

    [Fact]
    public async Task Cosign_WitnessThatRefusesOrIsAway_SaysSo()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var server = new WitnessServer(NoteKey.Parse(SealKey.Generate("example.com/other").VerifierKey));
        using var client = new HttpClient(server);
        var witness = new CheckpointWitness(client, Address, [server.Witness.Key]);

        (await Should.ThrowAsync<WitnessException>(() => database.Seal.CosignAsync(witness))).ShouldSatisfyAllConditions(
            fault => fault.Status.ShouldBe(HttpStatusCode.NotFound),
            fault => fault.Message.ShouldBe("The witness at 'https://witness.example/w1/add-checkpoint' did not cosign the checkpoint: 404 unknown log"));
        server.Forced = (HttpStatusCode.OK, "— witness.example AAAAAAAA\n");
        (await Should.ThrowAsync<WitnessException>(() => database.Seal.CosignAsync(witness))).Message.ShouldEndWith("answered without a cosignature of its key.");
        server.Forced = (HttpStatusCode.OK, "<html>");
        await Should.ThrowAsync<SealFormatException>(() => database.Seal.CosignAsync(witness));
        server.IsAway = true;
        (await Should.ThrowAsync<WitnessException>(() => database.Seal.CosignAsync(witness))).Message.ShouldContain("cannot be asked");
        Should.Throw<ArgumentException>(() => new CheckpointWitness(client, new Uri("ftp://witness.example"), [server.Witness.Key]));
        Should.Throw<ArgumentException>(() => new CheckpointWitness(client, Address, database.Keys));
        (await database.Seal.FindCheckpointAsync())!.Signatures.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Daemon_WitnessWasAway_AsksItAgain()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(25);
        var server = new WitnessServer(database.Keys.Single()) { IsAway = true };
        using var client = new HttpClient(server);
        var witness = new CheckpointWitness(client, Address, [server.Witness.Key]);
        await using var daemon = new ProjectionDaemon(database.DataSource, null, new DaemonOptions().WithSeal(
            new SealOptions { Signers = [database.Key], Witnesses = [witness], SealEvery = TimeSpan.Zero, CheckpointEvery = TimeSpan.FromMilliseconds(100) }));
        await daemon.StartAsync();
        await server.Asked.Task.WaitAsync(TimeSpan.FromMinutes(2));
        server.IsAway = false;

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await database.Seal.FindCheckpointAsync(patience.Token) is not { } note || note.FindSigners([server.Witness.Key]).Count == 0)
        {
            await Task.Yield();
        }
    }

    // A witness that knows one log.
    private sealed class WitnessServer(NoteKey log) : HttpMessageHandler
    {
        private Checkpoint? _last;

        public Witness Witness { get; } = Witness.Create("witness.example");

        public List<string> Answers { get; } = [];

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public (HttpStatusCode Status, string Body)? Forced { get; set; }

        public bool IsAway { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            (request.Method, request.RequestUri!.AbsoluteUri).ShouldBe((HttpMethod.Post, "https://witness.example/w1/add-checkpoint"));
            var body = await request.Content!.ReadAsStringAsync(cancellationToken);
            var (status, answer) = IsAway ? throw new HttpRequestException("The witness is away.") : Forced ?? await JudgeAsync(body);
            Answers.Add($"{(int)status} of {body.Split('\n', 2)[0]}");
            return new HttpResponseMessage(status) { Content = new StringContent(answer) };
        }

        private async Task<(HttpStatusCode Status, string Body)> JudgeAsync(string body)
        {
            var end = body.IndexOf("\n\n", StringComparison.Ordinal);
            var (lines, note) = (body[..end].Split('\n'), SignedNote.Parse(body[(end + 2)..]));
            var (old, checkpoint) = (long.Parse(lines[0]["old ".Length..], System.Globalization.CultureInfo.InvariantCulture), Checkpoint.Of(note));
            if (checkpoint.Origin != log.Name)
            {
                return (HttpStatusCode.NotFound, "unknown log\n");
            }

            if (note.FindSigners([log]).Count == 0)
            {
                return (HttpStatusCode.Forbidden, "");
            }

            if (old != (_last?.Size ?? 0) || old > checkpoint.Size || (old == checkpoint.Size && !_last!.Root.Span.SequenceEqual(checkpoint.Root.Span)))
            {
                return (HttpStatusCode.Conflict, $"{_last?.Size ?? 0}\n");
            }

            if (_last is not null && !MerkleTree.Extends(old, checkpoint.Size, _last.Root.Span, checkpoint.Root.Span, [.. lines[1..].Select(Convert.FromBase64String)]))
            {
                return (HttpStatusCode.UnprocessableEntity, "");
            }

            _last = checkpoint;
            return (HttpStatusCode.OK, new SignedNote("-\n", [await Witness.SignAsync(note.Text, 1_800_000_000)]).ToString()["-\n\n".Length..]);
        }
    }
}
