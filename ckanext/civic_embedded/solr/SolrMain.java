import java.util.EnumSet;
import javax.servlet.DispatcherType;
import org.apache.solr.servlet.CoreContainerProvider;
import org.apache.solr.servlet.SolrDispatchFilter;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.DefaultServlet;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

/** Solr in a Jetty of its own, on the loopback address only: Solr publishes no server in its jars. */
public class SolrMain {
  /** CKAN sends long filter queries in the request line. */
  private static final int REQUEST_HEADER_BYTES = 65536;

  public static void main(String[] arguments) throws Exception {
    Server server = new Server();
    HttpConfiguration http = new HttpConfiguration();
    http.setRequestHeaderSize(REQUEST_HEADER_BYTES);
    http.setSendServerVersion(false);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.getInteger("civic.port"));
    server.addConnector(connector);
    server.setHandler(solr());
    server.setStopAtShutdown(true);
    server.start();
    server.join();
  }

  private static ServletContextHandler solr() {
    ServletContextHandler context = new ServletContextHandler(null, "/solr", ServletContextHandler.SESSIONS);
    context.addEventListener(new CoreContainerProvider());
    context.addFilter(SolrDispatchFilter.class, "/*", EnumSet.of(DispatcherType.REQUEST));
    context.addServlet(new ServletHolder("default", DefaultServlet.class), "/");
    context.setResourceBase(System.getProperty("solr.solr.home"));
    return context;
  }
}
