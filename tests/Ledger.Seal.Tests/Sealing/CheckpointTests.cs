using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Sealing;

/// <summary>Several sign a log at once, and one of them may be slow.</summary>
public sealed class CheckpointTests
{
    [Fact]
    public async Task Checkpoint_AnotherSignsALargerTreeMeanwhile_IsNoCutOff()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await database.FillAsync(2);
        await database.Seal.SealAsync();
        var anchor = new Anchor
        {
            Find = async () =>
            {
                await database.FillAsync(3);
                return await database.SignAsync();
            },
        };

        Checkpoint.Of(await database.Seal.CheckpointAsync([database.Key], anchor)).Size.ShouldBe(50);
    }

    [Fact]
    public async Task Checkpoint_AnotherOrigin_SaysSo()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        var other = SealKey.Generate("example.com/other");

        (await Should.ThrowAsync<SealBrokenException>(() => database.Seal.CheckpointAsync([other]))).Message.ShouldBe(
            "The newest checkpoint has another origin, 'example.com/log', than the key, 'example.com/other'. Nothing was signed. Use a key of that origin, or the anchor of this log.");
        var kept = await SignedNote.SignAsync(new Checkpoint("example.com/other", 999, MerkleTree.EmptyRoot).ToText(), [other]);
        (await Should.ThrowAsync<SealBrokenException>(() => database.Seal.CheckpointAsync([database.Key], new Anchor { Find = () => Task.FromResult<SignedNote?>(kept) })))
            .Message.ShouldStartWith("The newest checkpoint of the anchor has another origin, 'example.com/other'");
    }

    [Fact]
    public async Task Checkpoint_ManySignATreeForTheFirstTime_KeepsAllSignatures()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.FillAsync(25);
        await database.Seal.SealAsync();
        var keys = Enumerable.Range(0, 8).Select(_ => SealKey.Generate("example.com/log")).ToList();

        await Task.WhenAll(keys.Select(key => database.Seal.CheckpointAsync([key])));

        (await database.Seal.FindCheckpointAsync())!.FindSigners([.. keys.Select(key => NoteKey.Parse(key.VerifierKey))]).Count.ShouldBe(8);
    }

    [Fact]
    public async Task Checkpoint_SignerThatNeverAnswers_IsGivenUp()
    {
        await using var database = await SealDatabase.CreateFilledAsync();
        await database.FillAsync(1);
        await database.Seal.SealAsync();
        var clock = new FakeTimeProvider();

        var signing = new LogSeal(database.DataSource, null, clock).CheckpointAsync([new SilentSigner(database.Key)]);
        while (!signing.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(31));
            await Task.Delay(5);
        }

        await Should.ThrowAsync<TimeoutException>(() => signing);
    }

    private sealed class Anchor : ICheckpointAnchor
    {
        public required Func<Task<SignedNote?>> Find { get; init; }

        public Task<SignedNote?> FindLastAsync(CancellationToken cancellationToken) => Find();

        public Task KeepAsync(SignedNote checkpoint, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class SilentSigner(SealKey key) : INoteSigner
    {
        public string VerifierKey => key.VerifierKey;

        public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
        {
            await new TaskCompletionSource().Task;
            return [];
        }
    }
}
