using Microsoft.Extensions.AI;

/// <summary>Asks for the stock, then answers by what it was told.</summary>
internal sealed class MadeUpModel : IChatClient
{
    public int Calls { get; private set; }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Calls++;
        var result = messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().LastOrDefault()?.Result?.ToString();
        AIContent content = result is null
            ? new FunctionCallContent("1", "stock", new Dictionary<string, object?> { ["item"] = "lamp" })
            : new TextContent(result.StartsWith('0') ? "no, it is sold out" : "yes, tomorrow");
        var usage = new UsageDetails { InputTokenCount = 40, OutputTokenCount = 8 };
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [content])) { ModelId = "made-up", Usage = usage });
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
