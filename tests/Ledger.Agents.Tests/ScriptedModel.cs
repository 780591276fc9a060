using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Ledger.Agents.Tests;

/// <summary>A model that answers by a function of what it is asked, and counts.</summary>
internal sealed class ScriptedModel(Func<IReadOnlyList<ChatMessage>, ChatMessage> answer) : IChatClient
{
    private int _calls;

    public int Calls => _calls;

    /// <summary>The requests of all calls.</summary>
    public List<IReadOnlyList<ChatMessage>> Asked { get; } = [];

    /// <summary>A model that says the number of the call.</summary>
    public static ScriptedModel Counting()
    {
        ScriptedModel? model = null;
        return model = new ScriptedModel(_ => new ChatMessage(ChatRole.Assistant, $"answer {model!.Calls}"));
    }

    /// <summary>A model that calls a tool for each argument, in turns, and then says what came of it.</summary>
    public static ScriptedModel CallingTools(string tool, params string[][] turns) => new(messages =>
    {
        var turn = messages.Count(m => m.Role == ChatRole.Assistant);
        return turn < turns.Length
            ? new ChatMessage(ChatRole.Assistant, [.. turns[turn].Select(a => new FunctionCallContent($"{Guid.NewGuid()}", tool, new Dictionary<string, object?> { ["city"] = a }))])
            : new ChatMessage(ChatRole.Assistant, string.Join(", ", messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.Result)));
    });

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> asked = [.. messages];
        Interlocked.Increment(ref _calls);
        lock (Asked)
        {
            Asked.Add(asked);
        }

        return Task.FromResult(new ChatResponse(answer(asked))
        {
            ModelId = "scripted-1",
            ResponseId = $"{Guid.NewGuid()}",
            CreatedAt = DateTimeOffset.UnixEpoch,
            FinishReason = ChatFinishReason.Stop,
            Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 2, CachedInputTokenCount = 4 },
        });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var call in response.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>())
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, [call]) { MessageId = "m", ResponseId = response.ResponseId };
        }

        foreach (var word in response.Text.Length == 0 ? [] : response.Text.Split(' '))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, $"{word} ") { MessageId = "m", ResponseId = response.ResponseId, ModelId = response.ModelId };
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(response.Usage!)]) { MessageId = "m", ResponseId = response.ResponseId };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
