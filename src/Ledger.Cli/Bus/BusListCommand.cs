using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Bus;

/// <summary><c>ledger bus list</c></summary>
internal sealed class BusListCommand : LedgerCommand
{
    public BusListCommand()
        : base("list", "Lists the abilities that 'ledger invoke' calls.") =>
        Examples = ["ledger bus list", "ledger invoke bus:schema '{\"abilityId\": \"ldg:task:save\"}'"];

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var abilities = LedgerBus.Create(connection).Abilities;
        if (await session.ListAsync(abilities.Select(a => new AbilityContract(a.Id, a.Description)), ContractContext.Default.AbilityContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json([.. abilities.Select(a => new AbilityContract(a.Id, a.Description))], ContractContext.Default.IReadOnlyListAbilityContract);
            return;
        }

        var width = abilities.Max(a => a.Id.Length);
        foreach (var ability in abilities)
        {
            session.Out.Add(ability.Id.PadRight(width), Output.Tone.Name).Add("  ").AddRest(ability.Description).EndLine();
        }
    }
}
