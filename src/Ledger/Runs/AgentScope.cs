namespace Ledger.Runs;

/// <summary>Marks the work of one agent, so that agents which share a <see cref="Run"/> do not take each other's answers for causes.</summary>
/// <remarks>It flows with <c>await</c> and into tasks that the agent starts. Events appended in the scope are caused by answers received in the
/// scope.</remarks>
public sealed class AgentScope : IDisposable
{
    private static readonly AsyncLocal<AgentScope?> Current = new();

    private readonly AgentScope? _outer;
    private readonly GivenAnswers _answers = new();

    private AgentScope(AgentScope? outer) => _outer = outer;

    internal static GivenAnswers? Answers => Current.Value?._answers;

    /// <summary>Opens a scope for the code that follows, until it is disposed.</summary>
    public static AgentScope Open() => Current.Value = new AgentScope(Current.Value);

    /// <summary>Returns to the scope outside.</summary>
    public void Dispose() => Current.Value = _outer;
}
