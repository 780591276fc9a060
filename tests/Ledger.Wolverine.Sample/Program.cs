using System.Globalization;
using JasperFx;
using JasperFx.CodeGeneration;
using Ledger.Wolverine.Sample.Claims;
using Ledger.Wolverine.Sample.Engines;
using Ledger.Wolverine.Sample.Steps;
using Wolverine;
using Wolverine.Transports.Tcp;

var builder = WebApplication.CreateBuilder(args);
var connectionString = builder.Configuration.GetConnectionString("Postgres")
    ?? throw new InvalidOperationException("Name a database: ConnectionStrings__Postgres=Host=…;Database=….");
var engine = builder.Configuration["Engine"];
var isNative = engine is "native" or "native-nodes";
switch (engine)
{
    case "native":
        builder.AddNativeEngine(connectionString, OneNode.UseOneNode);
        break;
    case "native-nodes":
        builder.AddNativeEngine(connectionString, SeveralNodes.UseSeveralNodes);
        break;
    case "marten-nodes":
        builder.AddMartenNode(connectionString);
        break;
    case "marten-tenants":
        builder.AddMartenTenantsNode(connectionString);
        break;
    case "marten-conjoined":
        builder.AddMartenConjoinedNode(connectionString);
        break;
    default:
        builder.AddMartenEngine(connectionString);
        break;
}

// Ledger's messages from other programs, without a broker.
if (builder.Configuration["TcpPort"] is { } port)
{
    builder.Services.ConfigureWolverine(options =>
    {
        options.EnableAutomaticFailureAcks = true;
        options.ListenAtPort(int.Parse(port, CultureInfo.InvariantCulture)).UseDurableInbox();
    });
}

// sample: compiled handlers in production
builder.Services.CritterStackDefaults(defaults => defaults.Production.GeneratedCodeMode = TypeLoadMode.Static);
// end of sample

var app = builder.Build();
app.MapSteps();
if (!isNative)
{
    app.MapClaims();
}

// sample: the application's commands
return await app.RunJasperFxCommands(args);
// end of sample
