# The command ledger, and the sample application:
#   docker build --target ledger -t ledger . && docker run --rm -p 127.0.0.1:5080:5080 -e LEDGER_POSTGRES="Host=…;Username=…;Database=…" ledger
#   docker build --target sample -t ledger-sample .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Ledger.Cli -c Release -o /ledger -nologo \
    && dotnet publish samples/MartenApp -c Release -o /sample -nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS sample
WORKDIR /app
COPY --from=build /sample .
USER $APP_UID
EXPOSE 8080
ENTRYPOINT ["dotnet", "MartenApp.dll"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS ledger
WORKDIR /app
COPY --from=build /ledger .
USER $APP_UID
EXPOSE 5080
# The other commands too: docker run … ledger migrate apply
ENTRYPOINT ["dotnet", "Ledger.Cli.dll"]
# All addresses of the container: which of them the network reaches is up to the port that is published.
CMD ["serve", "--listen", "0.0.0.0"]
