using Ledger.Explorer.Rendering;
using Ledger.Log;

namespace Ledger.Explorer.Chat;

/// <summary>Reads a run as a conversation: prompts, answers, calls of tools and their results.</summary>
internal static class ChatReader
{
    private const int TurnsOfAPage = 60;

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var run = await request.OpenRunAsync().ConfigureAwait(false);
        var length = await run.GetLengthAsync(request.Aborted).ConfigureAwait(false);
        var from = request.Query.Position("from") ?? Position.Start;
        if (from > length)
        {
            throw new PositionOutOfRangeException(run.StreamName, from, length);
        }

        var isRaw = request.Query.Choice("text", "markdown", "markdown", "raw") == "raw";
        var query = new EventQuery { Types = Conversation.Types, From = from, Limit = TurnsOfAPage };
        var page = await request.Explorer.Search.FindEventsAsync(run.History, query, request.Aborted).ConfigureAwait(false);
        var conversation = new Conversation();
        ChatTurn[] turns = [.. page.Events.Select(conversation.Take)];
        return Page.Of<ChatPage>(new ChatModel(run.StreamName, length, from, turns, page.IsLast ? null : page.Next, isRaw));
    }
}
