using Ledger.Bus;

namespace Ledger.Cli.Bus;

/// <summary><c>ledger bus list</c></summary>
internal sealed class BusListCommand : LedgerCommand
{
    public BusListCommand()
        : base("list", "Lists the abilities that 'ledger invoke' calls and 'ledger mcp' serves.") =>
        Examples = ["ledger bus list", "ledger invoke bus:schema '{\"abilityId\": \"ldg:task:save\"}'"];

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var abilities = LedgerBus.Create(connection).Abilities;
        if (session.Json)
        {
            session.Out.Json(writer =>
            {
                writer.WriteStartArray();
                foreach (var ability in abilities)
                {
                    Write(writer, ability);
                }

                writer.WriteEndArray();
            });
            return;
        }

        var width = abilities.Max(a => a.Id.Length);
        foreach (var ability in abilities)
        {
            session.Out.Add(ability.Id.PadRight(width), Output.Tone.Name).Add("  ").AddRest(ability.Description).EndLine();
        }
    }

    private static void Write(System.Text.Json.Utf8JsonWriter writer, AbilityMeta ability)
    {
        writer.WriteStartObject();
        writer.WriteString("id", ability.Id);
        writer.WriteString("description", ability.Description);
        writer.WriteEndObject();
    }
}
