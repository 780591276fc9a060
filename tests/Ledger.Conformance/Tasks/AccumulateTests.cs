using System.Runtime.CompilerServices;
using Ledger.Tasks;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Tasks;

/// <summary>Messages that come in pieces.</summary>
public abstract class AccumulateTests(ITestEngine engine) : TaskTests(engine)
{
    private readonly FakeTimeProvider _time = new(Start);

    private TaskLedger Streaming => new(Store, timeProvider: _time);

    [Fact]
    public async Task Stream_PassesPiecesOnAndSavesOneMessage()
    {
        var task = await SavedTaskAsync();
        Message? saved = null;
        var seen = new List<string>();
        await foreach (var piece in Streaming.AccumulateAsync(
            task.Id, MessageRole.Assistant, PiecesAsync(), new AccumulateOptions { MessageId = NewId(), Saved = m => saved = m }))
        {
            seen.Add(piece);
            (await Tasks.ListMessagesAsync(task.Id)).Total.ShouldBe(0);
        }

        seen.ShouldBe(["Water ", "boils ", "🫖"]);
        saved.ShouldNotBeNull();
        (saved.Content, saved.Timestamp, saved.Role, saved.Interrupted).ShouldBe(("Water boils 🫖", At(3_000), MessageRole.Assistant, false));
        (await Tasks.ListMessagesAsync(task.Id)).Messages.ShouldBe([saved]);
    }

    [Theory]
    [InlineData(Interruption.Discard)]
    [InlineData(Interruption.SaveMarked)]
    public async Task Stream_Fails_SavesNothingOrWhatCameMarked(Interruption interruption)
    {
        var task = await SavedTaskAsync();

        await Should.ThrowAsync<IOException>(async () =>
        {
            await foreach (var _ in Streaming.AccumulateAsync(
                task.Id, MessageRole.Assistant, PiecesAsync(failAfter: 2), new AccumulateOptions { Interruption = interruption }))
            {
            }
        });

        await ShouldHaveAsync(task, interruption, "Water boils ", At(2_000));
    }

    [Theory]
    [InlineData(Interruption.Discard)]
    [InlineData(Interruption.SaveMarked)]
    public async Task Stream_Cancelled_SavesNothingOrWhatCameMarked(Interruption interruption)
    {
        var task = await SavedTaskAsync();
        using var cancellation = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Streaming.AccumulateAsync(
                task.Id, MessageRole.Assistant, PiecesAsync(), new AccumulateOptions { Interruption = interruption }, cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });

        await ShouldHaveAsync(task, interruption, "Water ", At(1_000));
    }

    [Theory]
    [InlineData(Interruption.Discard)]
    [InlineData(Interruption.SaveMarked)]
    public async Task Stream_TakerStops_SavesNothingOrWhatCameMarked(Interruption interruption)
    {
        var task = await SavedTaskAsync();

        await foreach (var _ in Streaming.AccumulateAsync(
            task.Id, MessageRole.Assistant, PiecesAsync(), new AccumulateOptions { Interruption = interruption }))
        {
            break;
        }

        await ShouldHaveAsync(task, interruption, "Water ", At(1_000));
    }

    [Fact]
    public async Task Stream_TaskUnknown_SaysSoBehindTheLastPiece()
    {
        var seen = new List<string>();

        await Should.ThrowAsync<UnknownReferenceException>(async () =>
        {
            await foreach (var piece in Streaming.AccumulateAsync(NewId(), MessageRole.Assistant, PiecesAsync()))
            {
                seen.Add(piece);
            }
        });

        seen.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(0, "a\uFFFD")]
    [InlineData(0xD83E, "a\uFFFD")]
    public async Task Stream_TextCannotBeStored_IsPassedOnAndSavedInAnotherForm(int unit, string stored)
    {
        var piece = $"a{(char)unit}";
        var task = await SavedTaskAsync();
        var seen = new List<string>();
        Message? told = null;

        await foreach (var passed in Streaming.AccumulateAsync(
            task.Id, MessageRole.Assistant, new[] { "x", piece }.ToAsyncEnumerable(), new AccumulateOptions { Saved = m => told = m }))
        {
            seen.Add(passed);
        }

        seen.ShouldBe(["x", piece]);
        told.ShouldNotBeNull().Content.ShouldBe("x" + stored);
        (await Tasks.ListMessagesAsync(task.Id)).Messages.ShouldBe([told]);
        var recorded = await Store.ReadForwardAsync(StreamName.Task(task.Id)).SingleAsync(e => e.Type == "message.saved");
        recorded.Metadata.Headers["content_altered"].GetProperty("count").GetInt32().ShouldBe(1);
    }

    private async Task ShouldHaveAsync(AgentTask task, Interruption interruption, string content, DateTimeOffset time)
    {
        var messages = (await Tasks.ListMessagesAsync(task.Id)).Messages;
        if (interruption == Interruption.Discard)
        {
            messages.ShouldBeEmpty();
            return;
        }

        var message = messages.ShouldHaveSingleItem();
        (message.Content, message.Timestamp, message.Interrupted).ShouldBe((content, time, true));
    }

    private async IAsyncEnumerable<string> PiecesAsync(int failAfter = 9, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var (piece, i) in new[] { "Water ", "boils ", "🫖" }.Select((p, i) => (p, i)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (i == failAfter)
            {
                throw new IOException("The model hung up.");
            }

            await Task.Yield();
            _time.Advance(TimeSpan.FromSeconds(1));
            yield return piece;
        }

        _time.Advance(TimeSpan.FromSeconds(1));
    }
}
