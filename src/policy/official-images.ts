/*
 * Names of Docker Official Images.
 * Source: docker-library/official-images at 37079fb336f572a88700cf32e5e1f6be54a04e8f (2026-08-21).
 */

/** Maintained today. */
const MAINTAINED =
  'adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux azul-zulu backdrop bash bonita ' +
  'buildpack-deps busybox caddy cassandra chronograf cirros clearlinux clickhouse clojure composer convertigo couchbase couchdb crate ' +
  'dart debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang espocrm fedora flink fluentd ' +
  'friendica gcc geonetwork ghost golang gradle groovy haproxy haskell haxe hello-world hitch httpd hylang ibm-semeru-runtimes ' +
  'ibmjava influxdb irssi jetty joomla jruby julia kapacitor kibana kong krakend lightstreamer liquibase logstash mageia mariadb ' +
  'matomo maven mediawiki memcached mongo monica mysql nats neo4j neurodebian nextcloud nginx nim node odoo open-liberty openjdk ' +
  'oraclelinux orientdb percona perl photon php phpmyadmin postfixadmin postgres pypy python r-base rabbitmq rakudo-star redis ' +
  'redmine registry rethinkdb rocket.chat rockylinux ros ruby rust sapmachine satosa silverpeas solr sonarqube spark spiped storm ' +
  'swift swipl teamspeak telegraf tomcat tomee traefik ubuntu varnish websphere-liberty wordpress xwiki yourls znc zookeeper'

/** Published once under library/, not maintained any more; most can still be pulled, without updates. */
const RETIRED =
  'adoptopenjdk celery centos clefos consul crux django euleros express-gateway fsharp gazebo glassfish hello-seattle hipache ' +
  'hola-mundo iojs java jenkins jobber kaazing-gateway known mongo-express mono mosquitto nats-streaming notary nuxeo opensuse ' +
  'owncloud php-zendserver piwik plone rails rapidoid sentry sl sourcemage swarm thrift ubuntu-debootstrap ubuntu-upstart unit vault'

let maintained: ReadonlySet<string> | undefined
let retired: ReadonlySet<string> | undefined

/** Names under `library/` that Docker maintains. */
export function maintainedImages(): ReadonlySet<string> {
  return (maintained ??= new Set(MAINTAINED.split(' ')))
}

/** Names under `library/` that are no longer maintained. */
export function retiredImages(): ReadonlySet<string> {
  return (retired ??= new Set(RETIRED.split(' ')))
}
