using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Profiles;

/// <summary><c>ledger profile list</c></summary>
internal sealed class ProfileListCommand : LedgerCommand
{
    public ProfileListCommand()
        : base("list", "Lists the profiles; the default one is marked.") =>
        Examples = ["ledger profile list", "ledger profile list --json"];

    public override bool ListsRows => true;

    public override bool NeedsNoProfile => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var file = ProfileFile.Read(session.Io);
        var profiles = file.Profiles.Keys.Select(name => ProfileText.ContractOf(name, file)).ToList();
        if (await session.ListAsync(profiles, ContractContext.Default.ProfileContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json(profiles, ContractContext.Default.IReadOnlyListProfileContract);
            return;
        }

        foreach (var profile in profiles)
        {
            session.Out.Add(profile.IsDefault ? "* " : "  ").Add(profile.Name, Tone.Name).AddRest($"  {profile.Connection}", Tone.Faint).EndLine();
        }

        if (profiles.Count == 0)
        {
            session.Out.Line("There are no profiles. 'ledger profile set NAME --connection …' creates one.");
        }
    }
}
