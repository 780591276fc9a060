namespace Ledger.Interop;

/// <summary>A format that recordings of other tools are read from.</summary>
/// <remarks>The instances are those of <see cref="All"/>; equal when they are the same.</remarks>
public sealed class RecordingFormat
{
    private RecordingFormat(string name, string title)
    {
        Name = name;
        Title = title;
    }

    /// <summary>Trajectories of SWE-agent.</summary>
    public static RecordingFormat SweAgent { get; } = new("swe-agent", "a trajectory of SWE-agent");

    /// <summary>Trajectories of mini-swe-agent.</summary>
    public static RecordingFormat MiniSweAgent { get; } = new("mini-swe-agent", "a trajectory of mini-swe-agent");

    /// <summary>Events and evaluation output of OpenHands.</summary>
    public static RecordingFormat OpenHands { get; } = new("openhands", "events of OpenHands");

    /// <summary>The Agent Trajectory Interchange Format, 1.0 to 1.7.</summary>
    public static RecordingFormat Atif { get; } = new("atif", "a trajectory in ATIF");

    /// <summary>Session files of Claude Code.</summary>
    public static RecordingFormat ClaudeCode { get; } = new("claude-code", "a session of Claude Code");

    /// <summary>Session files (rollouts) of Codex.</summary>
    public static RecordingFormat Codex { get; } = new("codex", "a session of Codex");

    /// <summary>Messages of OpenAI's Chat Completions.</summary>
    public static RecordingFormat OpenAIChat { get; } = new("openai-chat", "a chat transcript of OpenAI's form");

    /// <summary>Items of OpenAI's Responses.</summary>
    public static RecordingFormat OpenAIResponses { get; } = new("openai-responses", "a transcript of OpenAI's Responses");

    /// <summary>Messages of Anthropic's API.</summary>
    public static RecordingFormat Anthropic { get; } = new("anthropic", "a transcript of Anthropic's Messages");

    /// <summary>Exports of traces by OpenTelemetry, in OTLP/JSON; spans with the GenAI conventions become calls of models, tools and agents.</summary>
    public static RecordingFormat Otlp { get; } = new("otlp", "an export of traces by OpenTelemetry");

    /// <summary>Observations and traces of Langfuse.</summary>
    public static RecordingFormat Langfuse { get; } = new("langfuse", "an export of Langfuse");

    /// <summary>Spans of Phoenix, and of the console exporter of OpenTelemetry for Python.</summary>
    public static RecordingFormat Phoenix { get; } = new("phoenix", "an export of spans by Phoenix");

    /// <summary>CloudEvents 1.0 in the JSON format, by line or as a batch.</summary>
    public static RecordingFormat CloudEvents { get; } = new("cloudevents", "a file of CloudEvents");

    /// <summary>Checkpoints of LangGraph, by line as <see cref="RecordingSource.OfLangGraphAsync"/> copies them from a database.</summary>
    public static RecordingFormat LangGraph { get; } = new("langgraph", "checkpoints of LangGraph");

    /// <summary>All formats, in the order in which a file is compared with them.</summary>
    public static IReadOnlyList<RecordingFormat> All { get; } =
        [Otlp, Atif, ClaudeCode, Codex, OpenHands, SweAgent, MiniSweAgent, OpenAIResponses, Anthropic, OpenAIChat, CloudEvents, Langfuse, Phoenix, LangGraph];

    /// <summary>The name, such as <c>claude-code</c>; events that were read have it as their source.</summary>
    public string Name { get; }

    /// <summary>What a file of the format is, as part of a sentence.</summary>
    public string Title { get; }

    /// <summary>Whether events of a source were spans, which have what is needed to write them again.</summary>
    internal static bool IsOfSpans(string? source) => source is not null && (source == Otlp.Name || source == Langfuse.Name || source == Phoenix.Name);

    /// <summary>The format of a name, or null.</summary>
    public static RecordingFormat? Find(string name) => All.FirstOrDefault(format => format.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
