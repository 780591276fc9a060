namespace Ledger.Interop.OpenTelemetry;

/// <summary>The attributes that have a member of their own in an event, and that member's name.</summary>
/// <remarks>Of the registry of the GenAI conventions in open-telemetry/semantic-conventions, <c>docs/registry/attributes/gen-ai.md</c>.</remarks>
internal static class GenAiNames
{
    public const string Operation = "gen_ai.operation.name";
    public const string Conversation = "gen_ai.conversation.id";
    public const string Agent = "gen_ai.agent.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string ResponseModel = "gen_ai.response.model";
    public const string MaxTokens = "gen_ai.request.max_tokens";
    public const string Provider = "gen_ai.provider.name";
    public const string System = "gen_ai.system";
    public const string Cost = "gen_ai.usage.cost";
    public const string Tool = "gen_ai.tool.name";
    public const string CallId = "gen_ai.tool.call.id";
    public const string Arguments = "gen_ai.tool.call.arguments";
    public const string Result = "gen_ai.tool.call.result";

    /// <summary>Of the event with which a span begins.</summary>
    public static readonly (string Attribute, string Member)[] OfBegin =
    [
        (Operation, "operation"), (Provider, "provider"), (Conversation, "conversation_id"), ("gen_ai.request.temperature", "temperature"),
        ("gen_ai.request.top_p", "top_p"), ("gen_ai.request.top_k", "top_k"), ("gen_ai.request.frequency_penalty", "frequency_penalty"),
        ("gen_ai.request.presence_penalty", "presence_penalty"), ("gen_ai.request.stop_sequences", "stop_sequences"), ("gen_ai.request.seed", "seed"),
        ("gen_ai.request.choice.count", "choice_count"), ("gen_ai.output.type", "output_type"), ("gen_ai.tool.definitions", "tools"),
        ("gen_ai.tool.type", "kind"), ("gen_ai.tool.description", "description"), ("server.address", "server_address"), ("server.port", "server_port"),
    ];

    /// <summary>Of the agent.</summary>
    public static readonly (string Attribute, string Member)[] OfAgent =
        [("gen_ai.agent.id", "id"), (Agent, "name"), ("gen_ai.agent.description", "description"), ("gen_ai.agent.version", "version")];

    /// <summary>Of the event with which a span ends.</summary>
    public static readonly (string Attribute, string Member)[] OfEnd =
        [("gen_ai.response.id", "message_id"), ("gen_ai.response.finish_reasons", "finish_reasons"), ("error.type", "error_type")];

    /// <summary>Of the usage.</summary>
    public static readonly (string Attribute, string Member)[] OfUsage =
    [
        ("gen_ai.usage.input_tokens", "input_tokens"), ("gen_ai.usage.output_tokens", "output_tokens"), ("gen_ai.usage.total_tokens", "total_tokens"),
        ("gen_ai.usage.cache_read.input_tokens", "cache_read_input_tokens"), ("gen_ai.usage.cache_creation.input_tokens", "cache_creation_input_tokens"),
        ("gen_ai.usage.reasoning.output_tokens", "reasoning_tokens"),
    ];

    /// <summary>What an operation stands for.</summary>
    public static SpanRole RoleOf(string? operation) => operation switch
    {
        null => SpanRole.Plain,
        "chat" or "text_completion" or "generate_content" or "completion" => SpanRole.Model,
        "execute_tool" => SpanRole.Tool,
        "invoke_agent" or "create_agent" or "invoke_workflow" => SpanRole.Agent,
        _ => SpanRole.Operation,
    };
}
