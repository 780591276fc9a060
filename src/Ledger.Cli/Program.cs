using Ledger.Cli;

using var interruption = new Interruption();
return await interruption.WatchAsync(CommandLine.InvokeAsync(args, CommandIo.OfProcess(), interruption.Token));
