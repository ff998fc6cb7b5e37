#!/usr/bin/env bash
# Sentences of a GPS receiver, from a pipe or its TCP port, are metadata with decimal degrees; a wrong checksum is said.
. "$(dirname "$0")/lib.sh"
need python3 jq

start hub so-hub
background follower meta-push --follow live/cam
eventually contains follower.log following
data() { jq -c .data follower.out; }

# shellcheck disable=SC2016  # sentences begin with a dollar sign
printf '%s\r\n' '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47' \
  '$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A' '' \
  '$GPVTG,054.7,T,034.4,M,005.5,N,010.2,K*48' '$GPGLL,4916.45,N,12311.12,W,225444,A*31' \
  '!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C' >drive.nmea
cat >wanted <<'END'
{"sentence":"GGA","talker":"GP","time":"12:35:19","lat":48.1173,"lon":11.516666667,"quality":1,"satellites":8,"hdop":0.9,"alt":545.4,"geoid":46.9}
{"sentence":"RMC","talker":"GP","time":"12:35:19","date":"1994-03-23","valid":true,"lat":48.1173,"lon":11.516666667,"speed_kn":22.4,"course":84.4,"variation":-3.1}
{"sentence":"VTG","talker":"GP","course":54.7,"course_magnetic":34.4,"speed_kn":5.5,"speed_kmh":10.2}
{"sentence":"GLL","talker":"GP","time":"22:54:44","valid":true,"lat":49.274166667,"lon":-123.185333333}
{"sentence":"VDM","talker":"AI","fields":["1","1","","B","177KQJ5000G?tO`K>RA1wUbN0TKH","0"]}
END
meta-push --nmea live/cam <drive.nmea
eventually expect "$(cat wanted)" data
{
  head -n 1 drive.nmea
  sed -n 4p drive.nmea | tr 7 8
  echo
  echo noise
} >bad.nmea
exits 9 meta-push --nmea live/cam --file bad.nmea
contains err 'bad.nmea:2: NMEA: the checksum is '
contains err 'bad.nmea:4: NMEA: the sentence does not begin with $ or !'
contains err '2 of 3 values were not accepted'

# A receiver that is connected to, and comes back after it was lost.
cat >receiver.py <<'END'
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
sentences = open("drive.nmea", "rb").read()
for part in (sentences[:100], sentences):
    connection, _ = server.accept()
    for at in range(0, len(part), 7): connection.sendall(part[at:at + 7])
    connection.close()
time.sleep(60)  # until it is told to end
END
port=$(free_port)
background receiver python3 receiver.py "$port"
background boat meta-push --follow live/boat
eventually contains boat.log following
background gps meta-push --from "nmea://127.0.0.1:$port" live/boat
eventually -t 20 contains boat.out '"sentence":"VDM"'
contains boat.out '"lat":48.1173'
contains gps.log "127.0.0.1:$port, line 2: NMEA: "
