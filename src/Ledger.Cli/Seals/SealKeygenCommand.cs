using System.CommandLine;
using Ledger.Explorer.Contracts;
using Ledger.Seal;

namespace Ledger.Cli.Seals;

/// <summary><c>ledger seal keygen</c></summary>
internal sealed class SealKeygenCommand : LedgerCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The origin of the log: a name like example.com/log, another for each log." };
    private readonly Option<string> _out = new("--out") { Description = "The file that gets the private key.", HelpName = "FILE", Required = true };

    public SealKeygenCommand()
        : base("keygen", "Makes an Ed25519 key that signs checkpoints: the private key goes to a file, and the public one is printed.")
    {
        Add(_name);
        Add(_out);
        Examples = ["ledger seal keygen example.com/log --out seal.key > seal.pub"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var key = SealKey.Generate(session.Get(_name));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var writer = new StreamWriter(session.Get(_out)!, options))
        {
            await writer.WriteAsync(key.Export() + "\n");
        }

        if (session.Json)
        {
            session.Out.Json(new SealTextContract(Key: key.VerifierKey), ContractContext.Default.SealTextContract);
            return;
        }

        session.Out.Line(key.VerifierKey);
    }
}
