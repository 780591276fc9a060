using System.CommandLine;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Profiles;

/// <summary><c>ledger profile remove</c></summary>
internal sealed class ProfileRemoveCommand : LedgerCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The profile." };

    public ProfileRemoveCommand()
        : base("remove", "Removes a profile. The server that it names is left as it is.")
    {
        Add(_name);
        Examples = ["ledger profile remove work"];
    }

    public override bool NeedsNoProfile => true;

    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var (file, name) = (ProfileFile.Read(session.Io), session.Get(_name));
        if (!file.Profiles.ContainsKey(name))
        {
            throw new RefusalException(Settings.Missing(file, null, name), FailureCodes.NotFound);
        }

        if (session.Json)
        {
            ProfileText.Print(session, name, file);
        }
        else
        {
            session.Out.Fact("Removed", file.Default == name ? $"{name}, which was the default" : name);
        }

        file.Profiles.Remove(name);
        (file with { Default = file.Default == name ? null : file.Default }).Write(session.Io);
        return Task.CompletedTask;
    }
}
