using System.Text;
using System.Text.Json;
using Ledger.Events;

namespace Ledger.Files;

/// <summary>Recordings of SWE-agent: one JSON document with <c>trajectory</c>, <c>history</c>, <c>info</c>, of which any may be absent.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>The problem becomes an object <c>task</c>, and the messages before the first answer an <c>llm.request</c>.</item>
/// <item>A step becomes <c>llm.response</c>, <c>tool.called</c>, <c>tool.returned</c>, each caused by the one before. Without
/// <c>trajectory</c> the turns of <c>history</c> are the steps.</item>
/// <item>A file that was opened or edited becomes an object <c>file:{path}</c> with its number of edits, related to the task.
/// An edit that its tool refused does not count; a file that was removed is removed.</item>
/// <item>The end becomes an object <c>outcome</c>, the submission an object <c>submission</c>, related to the files that it changes.</item>
/// </list>
/// <para>Ids are foreign, such as <c>step-3.called</c>, and the same each time, so a recording can be imported again. The files have no times.</para>
/// </remarks>
public static class Trajectory
{
    /// <summary>Reads a recording.</summary>
    /// <exception cref="EventFileException">It is no JSON object, or no trajectory: the line and column, and how many steps were read.</exception>
    public static IReadOnlyList<NewEvent> Read(ReadOnlyMemory<byte> utf8)
    {
        var json = Parse(utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8);
        if (json.Member("trajectory").ValueKind != JsonValueKind.Array && json.Member("history").ValueKind != JsonValueKind.Array)
        {
            throw new EventFileException(1, 1, "the JSON has neither a list 'trajectory' nor a list 'history'. A .traj file of SWE-agent has one.");
        }

        return new TrajectoryEvents(json).Make();
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 1024 });
            return document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            var line = fault.LineNumber ?? 0;
            var reason = fault.Message.Split(" LineNumber:", 2)[0];
            var steps = WholeSteps(utf8.Span);
            throw new EventFileException(
                line + 1,
                Column(utf8.Span, line, fault.BytePositionInLine ?? 0),
                $"malformed JSON behind {steps} whole step{(steps == 1 ? "" : "s")}. {reason}",
                fault);
        }
    }

    // The reader counts bytes, people count characters.
    private static int Column(ReadOnlySpan<byte> utf8, long line, long offset)
    {
        for (var i = 0L; i < line; i++)
        {
            utf8 = utf8[(utf8.IndexOf((byte)'\n') + 1)..];
        }

        return Encoding.UTF8.GetCharCount(utf8[..(int)Math.Min(offset, utf8.Length)]) + 1;
    }

    // The items of "trajectory" that end before the fault.
    private static int WholeSteps(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 1024 }));
        var steps = 0;
        var isSteps = false;
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
                {
                    isSteps = reader.ValueTextEquals("trajectory"u8);
                }
                else if (isSteps && reader is { CurrentDepth: 2, TokenType: JsonTokenType.EndObject })
                {
                    steps++;
                }
            }
        }
        catch (JsonException)
        {
            return steps;
        }

        return steps;
    }
}
