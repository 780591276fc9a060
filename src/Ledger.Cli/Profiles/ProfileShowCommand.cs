using System.CommandLine;
using Ledger.Explorer.Failures;

namespace Ledger.Cli.Profiles;

/// <summary><c>ledger profile show</c></summary>
internal sealed class ProfileShowCommand : LedgerCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "The profile. Default: the one in force.", Arity = ArgumentArity.ZeroOrOne };

    public ProfileShowCommand()
        : base("show", "Shows a profile, without its password.")
    {
        Add(_name);
        Examples = ["ledger profile show", "ledger profile show work"];
    }

    public override bool NeedsNoProfile => true;

    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var file = ProfileFile.Read(session.Io);
        var name = session.Get(_name) ?? session.Settings.Name ?? throw new RefusalException("No profile is in force. Name one, or make one the default with 'ledger profile set NAME --default'.", FailureCodes.NotFound);
        if (!file.Profiles.ContainsKey(name))
        {
            throw new RefusalException(Settings.Missing(file, null, name), FailureCodes.NotFound);
        }

        ProfileText.Print(session, name, file);
        return Task.CompletedTask;
    }
}
