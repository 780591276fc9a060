namespace Ledger.Explorer.Rendering;

/// <summary>A family of event types with its lane in a timeline, its name, colour and mark.</summary>
/// <param name="Name">The name shown.</param>
/// <param name="Css">The class that colours it.</param>
/// <param name="Mark">A sign that identifies it without colour.</param>
internal sealed record EventKind(string Name, string Css, string Mark)
{
    private static readonly EventKind Object = new("objects", "k-object", "◆");
    private static readonly EventKind Relation = new("relations", "k-relation", "⟷");
    private static readonly EventKind Model = new("models", "k-model", "✦");
    private static readonly EventKind Tool = new("tools", "k-tool", "▲");
    private static readonly EventKind Responder = new("responders", "k-responder", "▶");
    private static readonly EventKind Branch = new("branches", "k-branch", "↗");
    private static readonly EventKind Other = new("others", "k-other", "●");

    /// <summary>All kinds, in lane order.</summary>
    public static IReadOnlyList<EventKind> All { get; } = [Object, Relation, Model, Tool, Responder, Branch, Other];

    public static EventKind Of(string type) => type.Split('.', 2)[0] switch
    {
        "object" => Object,
        "relation" => Relation,
        "llm" or "call" => Model,
        "tool" => Tool,
        "responder" => Responder,
        "branch" => Branch,
        _ => Other,
    };
}
