using System.CommandLine;

namespace Ledger.Cli.Bus;

/// <summary><c>ledger invoke</c></summary>
internal sealed class InvokeCommand : LedgerCommand
{
    private readonly Argument<string> _ability = new("ABILITY") { Description = "The id of the ability; 'ledger bus list' lists them." };
    private readonly Argument<string> _json = new("JSON")
    {
        Description = "The input as JSON.",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => "{}",
    };

    public InvokeCommand()
        : base("invoke", "Calls an ability and prints its answer as JSON.")
    {
        Add(_ability);
        Add(_json);
        Examples = ["ledger invoke bus:list", "ledger invoke ldg:task:get '{\"taskId\": \"t1\"}'", "ledger invoke ldg:task:query '{\"completionStatus\": \"null\"}'"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var answer = await LedgerBus.Create(connection).InvokeAsync(session.Get(_ability), session.Get(_json), cancellationToken);
        session.Out.RawJson(answer);
    }
}
