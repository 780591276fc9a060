using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Ledger.Writer;

/// <summary>A model that asks for two tools at once, asks again for the one that failed, and ends when it was told that it acted, or that this cannot be told.</summary>
internal sealed class ScriptedChat(int agent, int step, Func<Task> begun) : IChatClient
{
    public const string Model = "scripted-chat";
    public const decimal Price = 0.005m;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        await begun();
        await Task.Delay(Random.Shared.Next(5), cancellationToken);
        var results = messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().Select(r => r.Result?.ToString() ?? "").ToList();
        AIContent[] contents =
            results.Count == 0 ? [Call("look", 0), Call("act", 0)]
            : results.Exists(IsEnd) ? [new TextContent($"done {step}")]
            : [Call("act", results.Count)];
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, contents)) { ModelId = Model, Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 1 } };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            await Task.Delay(Random.Shared.Next(3), cancellationToken);
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private bool IsEnd(string result) =>
        result == $"acted {step}" || result.Contains("its end is unknown", StringComparison.Ordinal) || result.Contains("exceed the budget", StringComparison.Ordinal);

    private FunctionCallContent Call(string tool, int number) =>
        new($"{tool}-{number}", tool, new Dictionary<string, object?> { ["agent"] = agent, ["step"] = step });
}
