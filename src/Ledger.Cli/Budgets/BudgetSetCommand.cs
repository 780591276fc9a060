using System.CommandLine;
using System.Globalization;
using Ledger.Cli.Streams;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Budgets;

/// <summary><c>ledger budget set</c></summary>
internal sealed class BudgetSetCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create(BudgetOwner.Description);
    private readonly Option<string?> _usd = new("--usd") { Description = "The most US dollars. Default: no limit.", HelpName = "AMOUNT" };
    private readonly Option<long?> _tokens = new("--tokens") { Description = "The most tokens. Default: no limit.", HelpName = "N" };
    private readonly Option<long?> _calls = new("--calls") { Description = "The most calls. Default: no limit.", HelpName = "N" };
    private readonly Option<string?> _actor = new("--actor") { Description = "Who sets it.", HelpName = "NAME" };

    public BudgetSetCommand()
        : base("set", "Limits what the calls of a run and its branches, or of a task, may cost together, and replaces the limit before; what was spent stays spent.")
    {
        Add(_id);
        Add(_usd);
        Add(_tokens);
        Add(_calls);
        Add(_actor);
        Examples = ["ledger budget set first --usd 5", "ledger budget set task:t1 --usd 20", "ledger budget set first --usd 7.50 --calls 200 --actor owner"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var limit = new BudgetAmount(UsdOf(session.Get(_usd)), Count(session, _tokens), Count(session, _calls));
        if (limit == new BudgetAmount())
        {
            throw new UsageException("A budget needs a limit: --usd, --tokens or --calls.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var owner = await BudgetOwner.FindAsync(connection, session.Get(_id), cancellationToken);
        try
        {
            await connection.Ledger.SetBudgetAsync(owner, limit, new EventMetadata { Actor = session.Get(_actor) }, cancellationToken);
        }
        catch (ArgumentOutOfRangeException fault)
        {
            throw new UsageException(fault.Message.Split(" (Parameter", 2)[0]);
        }

        BudgetText.Print(session, owner, await connection.Ledger.GetBudgetAsync(owner, cancellationToken));
    }

    private static long? Count(Session session, Option<long?> option) => session.Get(option) is not < 0 and var count
        ? count
        : throw new UsageException($"Option '{option.Name}' must not be negative.");

    private static decimal? UsdOf(string? text) =>
        text is null ? null
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) ? usd
        : throw new UsageException($"Option '--usd' must be an amount such as 7.50, but was '{text}'.");
}
